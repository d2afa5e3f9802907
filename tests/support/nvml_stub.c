/* A libnvidia-ml.so.1 that plays: what it plays stands in the file named by NVML_STUB and is read at
   every call, so that a test can change it while the monitor runs; or it stands in NVML_STUB_PLAYS and
   never changes, so that a benchmark does not measure the file. Values are those of the calls' own
   structures; error numbers are NVML's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OK = 0, UNINITIALIZED = 1, NOT_SUPPORTED = 3, NO_PERMISSION = 4, NO_DRIVER = 9, NO_LIBRARY = 12, NO_FUNCTION = 13, LOST = 15, RESET = 16,
       MISMATCH = 18, UNKNOWN = 999, TOO_SMALL = 7 };

typedef struct { unsigned long long total, free, used; } memory_v1;
typedef struct { unsigned int version; unsigned long long total, reserved, free, used; } memory_v2;
typedef struct { unsigned int version; int sensor; int temperature; } temperature_v1;
typedef struct { unsigned int gpu, memory; } utilization;
typedef struct { unsigned int pid; unsigned long long used; unsigned int gi, ci; } process;

static char handles[32];
static int is_open;

static int plays(const char *word) {
    char text[64] = "";
    const char *always = getenv("NVML_STUB_PLAYS");
    if (always) return strcmp(always, word) == 0;
    FILE *file = fopen(getenv("NVML_STUB") ? getenv("NVML_STUB") : "", "r");
    if (file) {
        if (!fgets(text, sizeof text, file)) text[0] = 0;
        fclose(file);
    }
    text[strcspn(text, "\n")] = 0;
    return strcmp(text, word) == 0;
}

/* says to the test that a call was made which the play is about */
static void mark(void) {
    char path[4096];
    snprintf(path, sizeof path, "%s.hangs", getenv("NVML_STUB"));
    fclose(fopen(path, "w"));
}

static void hang_while(const char *word) {
    struct timespec pause = {0, 5000000};
    if (!plays(word)) return;
    mark();
    while (plays(word)) nanosleep(&pause, NULL);
}

static void hang(void) { hang_while("hang"); }

static int index_of(void *handle) { return (int)((char *)handle - handles); }

/* the three instances that MIG makes of the first GPU; the last tells no memory */
static int cut_up(void) { return plays("mig") || plays("garbage"); }

static int instance_of(void *handle) { return cut_up() && index_of(handle) >= 8 ? index_of(handle) - 7 : 0; }

static int state(void *handle) {
    hang();
    if (!is_open) return UNINITIALIZED;
    if (plays("driver gone")) return NO_DRIVER;
    if (plays("one lost") && index_of(handle) == 1) return LOST;
    if (plays("sixteen") && index_of(handle) == 13) return LOST;
    if (plays("taken away")) return UNKNOWN;
    if (plays("one unknown") && index_of(handle) == 1) return UNKNOWN;
    if (plays("one forbidden") && index_of(handle) == 1) return NO_PERMISSION;
    return OK;
}

/* of a GPU that needs a reset its driver tells who it is, and nothing else */
static int told(void *handle) {
    int its = state(handle);
    if (its) return its;
    if (plays("needs reset") && index_of(handle) == 1) return RESET;
    if (plays("sixteen") && index_of(handle) == 3) return RESET;
    return OK;
}

int nvmlInitWithFlags(unsigned int flags) {
    (void)flags;
    hang();
    if (plays("absent")) return NO_LIBRARY;
    if (plays("no driver")) return NO_DRIVER;
    if (plays("mismatch")) return MISMATCH;
    if (plays("odd") || plays("taken away")) return UNKNOWN;
    is_open = 1;
    return OK;
}

int nvmlShutdown(void) { is_open = 0; return OK; }

const char *nvmlErrorString(int result) { (void)result; return "played"; }

int nvmlDeviceGetCount_v2(unsigned int *count) {
    hang();
    if (plays("driver gone")) return NO_DRIVER;
    if (plays("taken away")) return UNKNOWN;
    if (plays("count fails")) { mark(); return UNKNOWN; }
    *count = plays("no device") ? 0 : plays("one left") ? 1 : plays("eight") ? 8 : plays("sixteen") ? 16 : 2;
    return OK;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **handle) {
    if (plays("one unreachable") && index == 1) return LOST;
    *handle = &handles[index];
    return state(*handle);
}

int nvmlDeviceGetName(void *handle, char *name, unsigned int size) {
    if (state(handle)) return state(handle);
    if (plays("garbled")) { memcpy(name, "NVIDIA \xff\xfe", 10); return OK; }
    snprintf(name, size, instance_of(handle) ? "NVIDIA H100 80GB HBM3 MIG 1g.10gb" : "NVIDIA H100 80GB HBM3");
    return OK;
}

int nvmlDeviceGetUUID(void *handle, char *uuid, unsigned int size) {
    if (state(handle)) return state(handle);
    snprintf(uuid, size, "%s-%d", instance_of(handle) ? "MIG" : "GPU", index_of(handle));
    return OK;
}

int nvmlDeviceGetUtilizationRates(void *handle, utilization *rates) {
    if (told(handle)) return told(handle);
    if (plays("mig") || plays("unsupported")) return NOT_SUPPORTED;
    if (index_of(handle) == 1) hang_while("second hangs");
    if (plays("garbage")) { rates->gpu = rates->memory = 4294967295u; return OK; }
    rates->gpu = 87 - index_of(handle);
    rates->memory = 40;
    return OK;
}

int nvmlDeviceGetMemoryInfo_v2(void *handle, memory_v2 *memory) {
    if (told(handle)) return told(handle);
    if (plays("unified") || plays("old memory") || instance_of(handle) == 3) return NOT_SUPPORTED;
    if (instance_of(handle)) {
        memory->total = 10ULL << 30;
        memory->used = (unsigned long long)instance_of(handle) << 30;
        return OK;
    }
    memory->total = 80ULL << 30;
    memory->reserved = 1ULL << 30;
    memory->used = plays("garbage") ? ~0ULL : 60ULL << 30;
    memory->free = 19ULL << 30;
    return OK;
}

int nvmlDeviceGetMemoryInfo(void *handle, memory_v1 *memory) {
    if (told(handle)) return told(handle);
    if (plays("unified") || instance_of(handle)) return NOT_SUPPORTED;
    memory->total = 80ULL << 30;
    memory->used = 61ULL << 30;
    memory->free = 19ULL << 30;
    return OK;
}

int nvmlDeviceGetTemperatureV(void *handle, temperature_v1 *temperature) {
    if (told(handle)) return told(handle);
    if (plays("unsupported")) return NOT_SUPPORTED;
    if (plays("old driver")) return NO_FUNCTION;
    temperature->temperature = plays("garbage") ? 2147483647 : 64;
    return OK;
}

int nvmlDeviceGetTemperature(void *handle, int sensor, unsigned int *value) {
    (void)sensor;
    if (told(handle)) return told(handle);
    if (plays("unsupported")) return NOT_SUPPORTED;
    *value = 65;
    return OK;
}

int nvmlDeviceGetPowerUsage(void *handle, unsigned int *milliwatts) {
    if (told(handle)) return told(handle);
    if (plays("unsupported")) return NOT_SUPPORTED;
    *milliwatts = plays("garbage") ? 4294967295u : 412500;
    return OK;
}

int nvmlDeviceGetEnforcedPowerLimit(void *handle, unsigned int *milliwatts) {
    if (told(handle)) return told(handle);
    *milliwatts = 700000;
    return OK;
}

int nvmlDeviceGetClockInfo(void *handle, int type, unsigned int *megahertz) {
    (void)type;
    if (told(handle)) return told(handle);
    *megahertz = 1980;
    return OK;
}

int nvmlDeviceGetCurrentClocksEventReasons(void *handle, unsigned long long *reasons) {
    if (told(handle)) return told(handle);
    *reasons = plays("hot") ? 0x44 : plays("sixteen") && index_of(handle) == 9 ? 0x48 : 0x1;
    return OK;
}

int nvmlDeviceGetTotalEccErrors(void *handle, int kind, int since, unsigned long long *count) {
    (void)kind; (void)since;
    if (told(handle)) return told(handle);
    if (plays("unsupported")) return NOT_SUPPORTED;
    if (plays("ecc lost")) return LOST;
    *count = plays("garbage") ? ~0ULL : plays("sixteen") && index_of(handle) == 5 ? 4 : 0;
    return OK;
}

int nvmlDeviceGetMigMode(void *handle, unsigned int *current, unsigned int *pending) {
    if (told(handle)) return told(handle);
    if (plays("unsupported")) return NOT_SUPPORTED;
    *current = *pending = cut_up();
    return OK;
}

int nvmlDeviceGetMaxMigDeviceCount(void *handle, unsigned int *count) {
    if (told(handle)) return told(handle);
    *count = plays("garbage") ? 2000000 : 7;
    return OK;
}

int nvmlDeviceGetMigDeviceHandleByIndex(void *handle, unsigned int index, void **instance) {
    if (told(handle)) return told(handle);
    if (index >= 3) return 6;
    *instance = &handles[8 + index];
    return OK;
}

static int processes(void *handle, unsigned int *count, process *list, unsigned long long used) {
    if (told(handle)) return told(handle);
    if (plays("unsupported")) return NOT_SUPPORTED;
    if (*count < 1 || !list) { *count = 1; return TOO_SMALL; }
    /* more than there is room for */
    *count = plays("garbage") ? 100000 : 1;
    list[0].pid = 2147483646;
    list[0].used = used;
    return OK;
}

int nvmlDeviceGetComputeRunningProcesses_v3(void *handle, unsigned int *count, process *list) {
    if (!told(handle) && plays("old driver")) return NO_FUNCTION;
    return processes(handle, count, list, 59ULL << 30);
}

int nvmlDeviceGetComputeRunningProcesses_v2(void *handle, unsigned int *count, process *list) {
    return processes(handle, count, list, 58ULL << 30);
}
