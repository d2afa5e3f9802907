"""Where each kind's page of metrics has its numbers.

Names by version: vLLM 0.6 to 0.33, SGLang 0.4 to 0.5.23, llama.cpp 2026.
"""

from massgen_tui.monitor.table import Fold, Series, Table

VLLM = Table(
    {
        "running": Series(("vllm:num_requests_running",)),
        "waiting": Series(("vllm:num_requests_waiting",)),
        "kv_usage": Series(("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"), Fold.MAX),
        "generated": Series(("vllm:generation_tokens_total",)),
        "throughput": Series(("vllm:avg_generation_throughput_toks_per_s",)),
        "queries": Series(
            ("vllm:prefix_cache_queries_total", "vllm:gpu_prefix_cache_queries_total")
        ),
        "hits": Series(("vllm:prefix_cache_hits_total", "vllm:gpu_prefix_cache_hits_total")),
        "hit_rate": Series(("vllm:gpu_prefix_cache_hit_rate",), Fold.MAX),
        "ttft_sum": Series(("vllm:time_to_first_token_seconds_sum",)),
        "ttft_count": Series(("vllm:time_to_first_token_seconds_count",)),
        # with speculation the first counts steps, which bring several tokens (vLLM 0.32)
        "itl_sum": Series(
            ("vllm:inter_token_latency_seconds_sum", "vllm:time_per_output_token_seconds_sum"),
            speculating=("vllm:request_time_per_output_token_seconds_sum",),
        ),
        "itl_count": Series(
            ("vllm:inter_token_latency_seconds_count", "vllm:time_per_output_token_seconds_count"),
            speculating=("vllm:request_time_per_output_token_seconds_count",),
        ),
        "preempted": Series(("vllm:num_preemptions_total",)),
        "progress": Series(
            (
                "vllm:generation_tokens_total",
                "vllm:prompt_tokens_total",
                # grows with every part of a long prompt
                "vllm:iteration_tokens_total_sum",
                "vllm:request_success_total",
            ),
            every=True,
        ),
    }
)

SGLANG = Table(
    {
        "running": Series(("sglang:num_running_reqs",)),
        # a decode node's requests wait for room, then for their KV cache
        "waiting": Series(
            (
                "sglang:num_queue_reqs",
                "sglang:num_decode_prealloc_queue_reqs",
                "sglang:num_decode_transfer_queue_reqs",
            ),
            every=True,
        ),
        "kv_usage": Series(("sglang:token_usage",), Fold.MAX),
        # generation_tokens_total counts a request when it ends; this one counts every step
        "generated": Series(("sglang:realtime_tokens_total",), labels={"mode": "decode"}),
        "throughput": Series(("sglang:gen_throughput",)),
        "queries": Series(("sglang:prompt_tokens_total",)),
        "hits": Series(("sglang:cached_tokens_total",)),
        "ttft_sum": Series(("sglang:time_to_first_token_seconds_sum",)),
        "ttft_count": Series(("sglang:time_to_first_token_seconds_count",)),
        "itl_sum": Series(("sglang:inter_token_latency_seconds_sum",)),
        "itl_count": Series(("sglang:inter_token_latency_seconds_count",)),
        "progress": Series(
            (
                "sglang:realtime_tokens_total",
                "sglang:prompt_tokens_total",
                "sglang:generation_tokens_total",
                "sglang:num_requests_total",
            ),
            every=True,
        ),
    }
)

LLAMACPP = Table(
    {
        "running": Series(("llamacpp:requests_processing",)),
        "waiting": Series(("llamacpp:requests_deferred",)),
        "kv_usage": Series(("llamacpp:kv_cache_usage_ratio",), Fold.MAX),
        "generated": Series(("llamacpp:tokens_predicted_total",)),
        "steps": Series(("llamacpp:n_decode_total",)),
        "progress": Series(
            (
                "llamacpp:tokens_predicted_total",
                "llamacpp:prompt_tokens_total",
                "llamacpp:n_decode_total",
            ),
            every=True,
        ),
    }
)
