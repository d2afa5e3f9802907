"""Failures that the same request meets again, whatever their status: what to change in it. Pure."""

import re

SHORTEN = "shorten the prompt or lower max_tokens, or begin a new conversation (ctrl+n)"
CHANGE = "change what the message names in this agent's backend"
_NO_CAUSE = re.compile(
    r"\W*|something went wrong\W*"
    r"|(?:an? )?(?:internal|unknown|unexpected)?[ _]?(?:server )?[ _]?error(?: occurred)?\W*"
    r"|(?:the )?(?:(?:chat )?completion )?(?:request|generation) failed\W*"
    r"(?:(?:please )?(?:check|see) (?:the )?(?:server )?logs?(?: for (?:more )?details)?\W*)?",
    re.I,
)
_QUEUE_FULL = re.compile(r"backpressure|\bqueue\b.{0,20}\bfull\b|\bqueue[_ ]full\b", re.I)
"""Ray Serve 2.60, SGLang 0.5.23 (`--max-queued-requests`), smg."""
LIKELY_CAUSES = (
    "the server gives no cause: the prompt may be longer than the model's context (then shorten "
    "it), or the server failed: see its log"
)
_CONTEXT = re.compile(
    r"context.?(?:length|size|window)|max_model_len|maximum context|prompt is too long"
    r"|(?:longer|larger|more) than the context|exceeds? the (?:model's )?context|\bn_ctx\b"
    # Perplexity: too_many_prompt_tokens, requested_too_many_tokens
    r"|too.many.(?:prompt.|input.)?tokens|prompt of length \d+, which exceeds"
    # Gemini
    r"|(?:input|prompt) tokens? count\b.{0,40}\bexceeds?",
    re.I,
)
_LIMIT = re.compile(
    r"max_(?:completion_|output_|new_)?tokens|(?:token|output|length|generation) limit"
    r"|max(?:imum)? (?:number of )?(?:output |completion |new |generated )?tokens"
    r"|limit of \d+ (?:output |completion )?tokens",
    re.I,
)
_VALIDATED = re.compile(
    r"\bvalidation errors?\b|ValidationError\b|\binput should be\b|\bfield required\b"
    r"|\bextra (?:inputs|fields) (?:are )?not permitted|\b(?:value|type)_error\b|\[type=\w+, input",
    re.I,
)
"""What pydantic, FastAPI and vLLM (`VLLMValidationError`) say of what they do not take."""
_REMEDIES = (
    # llama.cpp's three, each with 500
    (r"mmproj", "it takes no images: leave them out, or start the server with --mmproj"),
    (r"requires? (?:the )?--jinja",
     "start the server with --jinja, or take `tools` and `tool_choice` out of the backend"),
    (r"json_?schema\W.{0,60}\bgrammars?\b|\bgrammars?\b.{0,60}json_?schema\b"
     r"|grammar (?:constraints? )?(?:together |along )?with tools",
     "give one of them, not both: `response_format` (json_schema), `grammar` or `tools`"),
    # vLLM 0.33's Rust front end (axum), Node's gateways, nginx: bytes of a body
    (r"\blength limit exceeded|(?:payload|entity|(?:request )?body) (?:is )?too large",
     "the prompt is too large for this server's front end: shorten the conversation"),
    # vLLM, SGLang
    (r"only use one kind of|only one of .{0,80}(?:schema|regex|ebnf|grammar|constraint)",
     "give one kind of constraint, not several"),
    (r"(?:image|vision|multi-?modal|audio|video)\b.{0,60}\b(?:not|n't|un)\s?(?:supported|enabled)"
     r"|(?:not|n't) (?:support|accept|take|process)\b.{0,30}\b(?:image|vision|multi-?modal|audio)"
     r"|not a multi-?modal model|at most 0 (?:image|audio|video)",
     "it takes text alone: leave images and sounds out, or ask another model"),
)  # fmt: skip
_OF_ONES_OWN = (
    (", and look into the server's log if it stays", ""),
    ("look into the server's log, this", "this"),
    ("see the server's log; ", ""),
    (", or the server cut it off: see its log", ", or the server cut it off"),
    (", or the server failed: see its log", ", or the server failed"),
    ("start the server with", "what runs the model must be started with"),
    ("start vLLM with", "what runs the model must be started with"),
)
"""How hints name the log and a start, and what is left of them where these are out of reach."""
_START = re.compile(r"start the server on .+?, or correct base_url")
_TABLE = tuple((re.compile(words, re.I | re.S), hint) for words, hint in _REMEDIES)


def of_context(words: str) -> bool:
    """Whether a server's words are about a prompt that is longer than the context."""
    return _CONTEXT.search(words) is not None


def about_limit(words: str) -> bool:
    """Whether a server's words are about the tokens that an answer may have."""
    return _LIMIT.search(words) is not None


def of_validator(words: str) -> bool:
    """Whether the words are those of a validator, which judges the request alone."""
    return _VALIDATED.search(words) is not None


def remedy(words: str) -> str:
    """What to change, since sending the same again cannot help; empty where it may."""
    if of_context(words):
        return SHORTEN
    found = next((hint for pattern, hint in _TABLE if pattern.search(words)), "")
    return found or (CHANGE if of_validator(words) else "")


def for_others(hint: str) -> str:
    """A hint without what only those can do who run the server: start it, look into its log."""
    for clause, instead in _OF_ONES_OWN:
        hint = hint.replace(clause, instead)
    return _START.sub("is base_url right?", hint)


def no_cause(words: str) -> bool:
    """Whether the words of a failure say no more than that it failed."""
    return _NO_CAUSE.fullmatch(words) is not None


def queue_full(words: str) -> bool:
    """Whether a server says that it takes no more prompts for now, as too many wait."""
    return _QUEUE_FULL.search(words) is not None
