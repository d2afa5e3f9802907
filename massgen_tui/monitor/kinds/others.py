"""Servers that are named, and of which nothing but the list of models is asked.

They answer to some of the other kinds' paths too.
"""

from massgen_tui.monitor.kinds.kind import Kind

KINDS = (
    Kind(name="TensorRT-LLM", type="tensorrt_llm", begins="tensorrt"),
    Kind(name="KoboldCpp", begins="koboldcpp"),
)
