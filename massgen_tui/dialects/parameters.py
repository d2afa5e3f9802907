"""Names of parameters: OpenAI's own, our switches, and MassGen's that mean nothing here."""

from typing import Final

from massgen_tui.dialects.model import words

OPENAI: Final = words(
    """
    audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens
    max_tokens metadata modalities moderation n parallel_tool_calls prediction presence_penalty
    prompt_cache_key prompt_cache_options prompt_cache_retention response_format safety_identifier
    seed service_tier stop store stream_options temperature top_logprobs top_p user verbosity
    web_search_options
    """
)
"""What `POST /chat/completions` takes by OpenAI's schema, besides what has its own place here."""

SWITCHES: Final = ("enable_thinking", "reasoning_effort", "thinking_budget")
"""Written the same for every server, and put where each wants it."""

TOKEN_LIMITS: Final = ("max_tokens", "max_completion_tokens")

MASSGEN_BACKEND: Final = words(
    """
    agent_config agent_id agent_temporary_workspace agent_temporary_workspace_parent
    allow_midstream_peer_updates_before_checklist_submit allowed_tools api_version
    append_system_prompt audio_generation_backend audio_generation_model
    auto_discover_custom_tools azure_deployment betas bootstrap_max_per_agent_per_round
    bootstrap_max_total checklist_first_answer checklist_require_gap_report checkpoint_enabled
    checkpoint_gated_patterns checkpoint_guidance checkpoint_mode command_line_allowed_commands
    command_line_blocked_commands command_line_docker_cpu_limit command_line_docker_credentials
    command_line_docker_enable_sudo command_line_docker_image command_line_docker_memory_limit
    command_line_docker_network_mode command_line_docker_packages command_line_execution_mode
    command_line_srt_allow_read command_line_srt_allow_unix_sockets command_line_srt_deny_read
    command_line_srt_network_allowed_domains command_line_srt_read_mode concurrent_tool_execution
    context_paths context_write_access_enabled coordination_mode criteria_mode
    custom_system_instruction custom_tools custom_tools_path cwd debug_delay_after_n_tools
    debug_delay_seconds defer_peer_updates_until_restart direct_mcp_servers
    disable_final_only_round_capture_fallback disallowed_tools drift_conflict_policy
    enable_audio_generation enable_code_based_tools enable_code_execution enable_code_interpreter
    enable_execution_trace_analyzer enable_file_generation enable_image_generation
    enable_mcp_command_line enable_multimodal_tools enable_nlip enable_novelty_on_iteration
    enable_programmatic_flow enable_quality_rethink_on_iteration enable_rate_limit
    enable_strict_tool_use enable_tool_search enable_video_generation enable_web_search
    enforce_read_before_delete engine exclude_custom_tools exclude_file_operation_mcps
    exclude_tools fairness_enabled fairness_lead_cap_answers
    filesystem_session_id final_answer_strategy gap_report_mode group_config hooks
    image_generation_backend image_generation_model improvements instance_id learning_capture_mode
    main_agent max_checklist_calls_per_round max_concurrent_tools
    max_midstream_injections_per_round max_results max_thinking_tokens mcp_servers
    multimodal_config nlip nlip_config novelty_injection orchestrator_managed_round_evaluator
    output_schema permission_mode permissions plan_depth plan_target_chunks plan_target_steps
    plan_thoroughness presenter_agent provider provider_name reasoning
    round_evaluator_before_checklist round_evaluator_refine round_evaluator_skip_synthesis
    round_evaluator_transformation_pressure search_context_size search_prompt session_id
    session_storage_base shared_tools_directory standalone_checkpoint_enabled
    standalone_checkpoint_include_workspace_context standalone_checkpoint_mode
    standalone_checkpoint_single standalone_checkpoint_team_config subagent_types subtask
    system_prompt text tool_search_variant upload_files use_mcpwrapped_for_tool_filtering
    use_no_roots_wrapper use_two_tier_workspace video_generation_backend video_generation_model
    vote_only voting_sensitivity voting_threshold websocket_mode write_mode
    """
)
"""Keys that MassGen keeps in `backend` for itself: no server is told of them."""

MASSGEN_AGENT: Final = words(
    """
    checkpoint_enabled coordination_mode enable_nlip hooks main_agent max_new_answers_per_agent
    mcp_servers memory name nlip nlip_config permissions subagent_agents subtask
    voting_threshold
    """
)

MASSGEN_TOP: Final = words(
    """
    checkpoint display filesystem gemini hooks logging memory nlip permissions
    session skills subagents task timeout
    """
)

MASSGEN_UI: Final = words(
    """
    agent_output_filename automation_mode max_visible_lines refresh_rate show_agent_prompts
    show_timestamps use_orchestrator_for_single_agent web_host web_port
    """
)

MASSGEN_RATE_LIMITS: Final = words(
    "anthropic azure_openai cerebras claude claude_code gemini grok groq openai openrouter"
)
"""Top-level names of MassGen's rate-limit files: they stand among its configs, without agents."""

NOT_SPOKEN: Final = {
    "ag2": "AG2 agents run inside MassGen",
    "antigravity_cli": "the Antigravity CLI is a program, not a chat-completions server",
    "azure_openai": "Azure OpenAI has an API of its own",
    "claude": "Claude's Messages API is not chat completions",
    "claude_code": "Claude Code is a program, not a chat-completions server",
    "codex": "Codex is a program, not a chat-completions server",
    "copilot": "the Copilot CLI is a program, not a chat-completions server",
    "gemini": "Gemini's own API is not chat completions",
    "gemini_cli": "the Gemini CLI is a program, not a chat-completions server",
    "inference": "say which server it is: vllm or sglang",
    "uitars": "UI-TARS needs MassGen's computer tools",
}
"""MassGen's backend types that cannot be asked from here, and why."""

NOT_SPOKEN_HINTS: Final = {
    "azure_openai": "type: chatcompletion with api_key and base_url: "
    "https://NAME.openai.azure.com/openai/v1",
    "claude": "type: openrouter, or a gateway that speaks chat completions",
    "gemini": "type: chatcompletion with api_key and base_url: "
    "https://generativelanguage.googleapis.com/v1beta/openai",
    "inference": "type: vllm or type: sglang",
}
