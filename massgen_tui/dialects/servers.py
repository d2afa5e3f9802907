"""Servers that people run themselves, at any address.

Parameters are those of vLLM 0.33, SGLang 0.5.23, llama.cpp of autumn 2026, Ollama's `/v1` and
TensorRT-LLM 1.x, as their request models declare them.
"""

from types import MappingProxyType
from typing import Final

from massgen_tui.dialects.model import Cold, Continuing, Dialect, Echo, Thinking, words

_VLLM = words(
    """
    add_generation_prompt add_special_tokens allowed_token_ids bad_words cache_salt chat_template
    chat_template_kwargs continue_final_message documents ec_transfer_params echo ignore_eos
    include_reasoning include_stop_str_in_output kv_transfer_params length_penalty
    logprob_token_ids media_io_kwargs min_p min_tokens mm_payload mm_processor_kwargs priority
    prompt_logprobs repetition_detection repetition_penalty request_id return_mm_kwargs
    return_prompt_text return_token_ids return_token_offsets return_tokens_as_token_ids
    return_weight_versions routed_experts_prompt_start session_id skip_special_tokens
    spaces_between_special_tokens stop_token_ids stream_interval structured_outputs
    thinking_token_budget top_k truncate_prompt_tokens truncation_side use_beam_search vllm_xargs
    watermarking
    """
)
_STRUCTURED = "structured_outputs"
_VLLM_IGNORED = MappingProxyType(
    {
        "best_of": "n",
        "guided_choice": _STRUCTURED,
        "guided_decoding_backend": _STRUCTURED,
        "guided_grammar": _STRUCTURED,
        "guided_json": _STRUCTURED,
        "guided_regex": _STRUCTURED,
        "guided_whitespace_pattern": _STRUCTURED,
        "logits_processors": "logit_bias, or --logits-processors when the server starts",
    }
)
"""What vLLM 0.33 takes without a word and does nothing with, and what it has instead."""
_SGLANG = words(
    """
    bootstrap_host bootstrap_port bootstrap_room cache_salt chat_template_kwargs
    disagg_prefill_dp_rank routed_dp_rank
    continue_final_message custom_logit_processor custom_params data_parallel_rank ebnf extra_key
    ignore_eos images_config input_ids lora_path max_dynamic_patch min_dynamic_patch min_p
    min_tokens mm_processor_kwargs no_stop_trim priority reasoning regex repetition_penalty
    request_id return_cached_tokens_details return_flat_raw_output_top_logprobs
    return_flat_raw_top_logprobs_b64 return_hidden_states return_input_ids_in_sglext
    return_meta_info return_output_ids_in_sglext return_prompt_token_ids return_routed_experts
    return_sampling_mask return_spec_tokens_details return_token_ids rid routed_experts_start_len
    sampling_logprobs_mode separate_reasoning session_id session_params skip_special_tokens
    stop_regex stop_token_ids stream_reasoning task thinking top_k use_audio_in_video video_config
    watermark
    """
)
_LLAMACPP = words(
    """
    add_generation_prompt cache_prompt chat_template_kwargs dry_allowed_length dry_base
    dry_multiplier dry_penalty_last_n dry_sequence_breakers dynatemp_exponent dynatemp_range
    grammar id_slot ignore_eos json_schema lora min_keep min_p mirostat mirostat_eta mirostat_tau
    n_discard n_indent n_keep n_predict n_probs parse_tool_calls post_sampling_probs
    reasoning_format repeat_last_n repeat_penalty return_progress return_tokens samplers
    t_max_predict_ms thinking_forced_open timings_per_token top_k top_n_sigma typical_p
    xtc_probability xtc_threshold
    """
)
_TENSORRT_LLM = words(
    """
    add_generation_prompt add_special_tokens best_of chat_template chat_template_kwargs detokenize
    disaggregated_params documents early_stopping guided_json guided_regex guided_choice
    ignore_eos include_stop_str_in_output length_penalty lora_request min_p min_tokens
    prompt_ignore_length repetition_penalty return_perf_metrics skip_special_tokens
    spaces_between_special_tokens stop_token_ids thinking thinking_token_budget top_k top_p_min
    truncate_prompt_tokens use_beam_search
    """
)
_LMSTUDIO = words("draft_model min_p reasoning repeat_penalty top_k ttl")

SERVERS: Final = (
    Dialect(
        name="vllm",
        provider="vLLM",
        base_url="http://localhost:8000/v1",
        key_vars=("VLLM_API_KEY",),
        default_key="EMPTY",
        extras=_VLLM | _VLLM_IGNORED.keys(),
        ignored=_VLLM_IGNORED,
        refused=frozenset({"separate_reasoning", "stream_reasoning"}),
        open=True,
        thinking=Thinking.TEMPLATE,
        efforts=True,
        thinking_budget="thinking_token_budget",
        echo=Echo.MAY,
        echo_field="reasoning",
        start_command=(
            "python",
            "-m",
            "vllm.entrypoints.openai.api_server",
            "--model",
            "{model}",
            "--port",
            "{port}",
        ),
        tool_flags=("--enable-auto-tool-choice",),
        moved=MappingProxyType({"reasoning.effort": "reasoning_effort"}),
        cold=Cold.SALT,
        # both true is a 400: vLLM 0.32, asked
        continuing=Continuing(
            {"continue_final_message": True, "add_generation_prompt": False}, answers=True
        ),
        finishes=True,
    ),
    Dialect(
        name="sglang",
        provider="SGLang",
        base_url="http://localhost:30000/v1",
        key_vars=("SGLANG_API_KEY",),
        default_key="EMPTY",
        extras=_SGLANG,
        refused=frozenset({"length_penalty", "thinking_token_budget"}),
        open=True,
        thinking=Thinking.TEMPLATE,
        efforts=True,
        echo=Echo.MAY,
        # its parser takes an answer without tags for a thought: SGLang 0.5.23, asked
        continuing=Continuing(
            {"continue_final_message": True, "separate_reasoning": False}, answers=True
        ),
        start_command=(
            "python",
            "-m",
            "sglang.launch_server",
            "--model-path",
            "{model}",
            "--port",
            "{port}",
        ),
        cold=Cold.SALT,
        finishes=True,
    ),
    Dialect(
        name="llamacpp",
        provider="llama.cpp",
        aliases=("llama.cpp", "llama_cpp", "llama-cpp"),
        base_url="http://localhost:8080/v1",
        default_key="EMPTY",
        extras=_LLAMACPP,
        open=True,
        thinking=Thinking.TEMPLATE,
        efforts=True,
        effort_path="chat_template_kwargs.reasoning_effort",
        continuing=Continuing(),
        echo=Echo.MAY,
        start_command=("llama-server", "-m", "{model}", "--port", "{port}"),
        cold=Cold.UNCACHED,
        seed_bits=32,
        finishes=True,
    ),
    Dialect(
        name="ollama",
        provider="Ollama",
        base_url="http://localhost:11434/v1",
        default_key="EMPTY",
        extras=frozenset({"reasoning"}),
        refused=frozenset({"chat_template_kwargs", "think", "top_k"}),
        open=True,
        thinking=Thinking.EFFORT,
        efforts=True,
        echo=Echo.MAY,
        echo_field="reasoning",
        start_command=("ollama", "serve"),
        finishes=True,
    ),
    Dialect(
        name="lmstudio",
        provider="LM Studio",
        aliases=("lm_studio",),
        base_url="http://localhost:1234/v1",
        default_key="EMPTY",
        extras=_LMSTUDIO | {"chat_template_kwargs"},
        open=True,
        thinking=Thinking.TEMPLATE,
        efforts=True,
        start_command=("lms", "server", "start", "--port", "{port}"),
        finishes=True,
    ),
    Dialect(
        name="tensorrt_llm",
        provider="TensorRT-LLM",
        aliases=("trtllm", "tensorrt-llm"),
        base_url="http://localhost:8000/v1",
        default_key="EMPTY",
        extras=_TENSORRT_LLM,
        thinking=Thinking.TEMPLATE,
        efforts=True,
        thinking_budget="thinking_token_budget",
        start_command=("trtllm-serve", "{model}", "--port", "{port}"),
        finishes=True,
    ),
    Dialect(
        name="chatcompletion",
        provider="chat completions",
        aliases=("chat_completion", "chatcompletions", "openai_compatible"),
        default_key="EMPTY",
        extras=_VLLM | _VLLM_IGNORED.keys() | _SGLANG,
        open=True,
        thinking=Thinking.TEMPLATE,
        efforts=True,
    ),
)
