"""Fixes of how weights are loaded: dtype, quantization."""

from __future__ import annotations

import ast
import re

from wattlint.lint.fixes import imports
from wattlint.lint.fixes.calls import CallRewrite
from wattlint.lint.fixes.edits import Fix, NotFixed
from wattlint.lint.fixes.module import Module
from wattlint.lint.fixes.target import Call, Target, Unfixable, made
from wattlint.sources.declared_version import declared_version
from wattlint.sources.project import project_root
from wattlint.sources.splice import Change

DTYPE_SINCE = "4.56"
"""transformers takes ``dtype`` from 4.56.0; ``torch_dtype`` still works in 5.23 (run on both)."""
TENSOR_WORK = re.compile(
    r"\.(?:numpy|logits|hidden_states|last_hidden_state|attentions|loss|backward|half|float|double)\b"
    r"|\b(?:inputs_embeds|pixel_values|input_features|output_hidden_states|output_attentions|softmax|lm_head)\b"
    r"|\bnn\.\w|register_\w*hook|\btorch\.(?:as_tensor|empty|eye|from_numpy|full|load|ones|rand|tensor|zeros|Tensor|Float)"
)
"""Signs that the module computes with what the model gives or takes, where a 16-bit type can raise an error."""
ON_GPU = re.compile(r"cuda|device_map|device\s*=\s*\d|\bmps\b|accelerator")
MOVES = frozenset({"to", "cuda", "half", "float", "bfloat16", "double"})
"""Methods that a model quantized by bitsandbytes refuses or must not be given."""
LOAD_FLAGS = ("load_in_4bit", "load_in_8bit")
WIDEST = 88


def checkpoint_dtype(target: Target) -> Fix | NotFixed:
    """``dtype="auto"``, or ``torch_dtype="auto"`` where older versions of transformers may be installed."""
    call = Call(target)
    load = call.site.load
    if load is None or load.library != "transformers":
        raise Unfixable("only loads of transformers are changed")
    rewrite = CallRewrite(call.module, call.node)
    given = call.keyword("dtype", "torch_dtype")
    if given is not None and given.arg:
        name = given.arg
        rewrite.replace(name, rewrite.text("auto"))
    elif load.dtype is not None:
        raise Unfixable("its dtype is not given in the call itself")
    else:
        name = _dtype_keyword(call.module)
        rewrite.add(name, rewrite.text("auto"))
    text = call.module.text
    safe = not (TENSOR_WORK.search(text) or load.trust_remote_code) and bool(ON_GPU.search(text))
    return made(NAMES_DTYPE, f'load with {name}="auto"', safe, [(call.module, rewrite.change())])


NAMES_DTYPE, NAMES_QUANTIZE, NAMES_REPAIR = "load-checkpoint-dtype", "quantize-4bit", "repair-quantization"


def _dtype_keyword(module: Module) -> str:
    file = module.source.path
    declared = declared_version(project_root(file), "transformers", str(file))
    return "torch_dtype" if declared is None or declared.allows_below(DTYPE_SINCE) else "dtype"


def quantize_4bit(target: Target) -> Fix | NotFixed:
    """A ``BitsAndBytesConfig`` with NF4, double quantization and bfloat16 compute."""
    call = Call(target)
    _only_from_pretrained(call)
    if name := _moved(call):
        raise Unfixable(f"`.{name}()` on a model that bitsandbytes quantized is an error")
    rewrite = CallRewrite(call.module, call.node)
    pairs = [
        ("load_in_4bit", "True"),
        ("bnb_4bit_quant_type", rewrite.text("nf4")),
        ("bnb_4bit_use_double_quant", "True"),
        ("bnb_4bit_compute_dtype", _bfloat16(call, rewrite)),
    ]
    config, changes = _config(call, rewrite, pairs)
    rewrite.add("quantization_config", config)
    changes.append(rewrite.change())
    message = "quantize to 4 bits with a BitsAndBytesConfig (needs bitsandbytes)"
    return made(NAMES_QUANTIZE, message, False, [(call.module, change) for change in changes])


def repair_quantization(target: Target) -> Fix | NotFixed:
    """Arguments that ``from_pretrained`` no longer takes go into a config; 4 bits are computed in bfloat16."""
    call = Call(target)
    if call.keyword(*LOAD_FLAGS) is not None:
        return _flags_into_config(call)
    place = call.site.load.quantized_by if call.site.load else None
    if place is None:
        raise Unfixable("its quantization is not configured in the code")
    module = target.module_at(place.path)
    if module is None:
        raise Unfixable(
            f"the configuration stands in {place.path}, which is not among the files that are linted"
        )
    name = place.note.partition(",")[0]
    line = module.text_line(call.site.cell, place.line) if module is call.module else place.line
    calls = [node for node in module.calls_on(line) if _last_name(node.func) == name]
    if len(calls) != 1 or name != "BitsAndBytesConfig":
        raise Unfixable(f"no BitsAndBytesConfig of its own at {place.path}:{place.line}")
    node = calls[0]
    flag = next((keyword for keyword in node.keywords if keyword.arg == "load_in_4bit"), None)
    if flag is None or (isinstance(flag.value, ast.Constant) and not flag.value.value):
        raise Unfixable("the configuration is not one of 4 bits")
    rewrite = CallRewrite(module, node)
    dtype = _torch_dtype(module, node, rewrite)
    if any(keyword.arg == "bnb_4bit_compute_dtype" for keyword in node.keywords):
        rewrite.replace("bnb_4bit_compute_dtype", dtype)
    else:
        rewrite.add("bnb_4bit_compute_dtype", dtype)
    changes = [
        (module, rewrite.change()),
        (call.module, _sixteen_bits(call, CallRewrite(call.module, call.node))),
    ]
    return made(NAMES_REPAIR, "compute in bfloat16", False, changes)


def _sixteen_bits(call: Call, rewrite: CallRewrite) -> Change | None:
    """The other layers too: what they hand to those of 4 bits is what these compute in."""
    load = call.site.load
    if load is None or load.dtype != "float32":
        return None
    given = call.keyword("dtype", "torch_dtype")
    if given is None or given.arg is None:
        raise Unfixable("its dtype, float32, is not given in the call itself")
    rewrite.replace(given.arg, _torch_dtype(call.module, call.node, rewrite))
    return rewrite.change()


def _flags_into_config(call: Call) -> Fix | NotFixed:
    _only_from_pretrained(call)
    if call.keyword("quantization_config") is not None:
        raise Unfixable("a quantization_config is given as well")
    rewrite = CallRewrite(call.module, call.node)
    moved = [
        keyword.arg
        for keyword in call.node.keywords
        if keyword.arg and (keyword.arg in LOAD_FLAGS or keyword.arg.startswith(("bnb_4bit_", "llm_int8_")))
    ]
    flags = {name: call.keyword(name) for name in LOAD_FLAGS if name in moved}
    off = [name for name, keyword in flags.items() if keyword and _is_off(keyword.value)]
    on = [name for name in flags if name not in off]
    if len(on) > 1:
        raise Unfixable("which of 4 and 8 bits is used is decided at run time")
    sources = {name: rewrite.value(name) or "" for name in moved}
    rewrite.remove(moved)
    changes: list[Change | None] = []
    safe = True
    if on:
        [flag] = on
        pairs = [(flag, "True"), *((name, sources[name]) for name in moved if name not in LOAD_FLAGS)]
        if flag == "load_in_4bit" and "bnb_4bit_compute_dtype" not in sources:
            pairs.append(("bnb_4bit_compute_dtype", _bfloat16(call, rewrite)))
            safe = False
        if flag == "load_in_4bit" and _sixteen_bits(call, rewrite) is not None:
            safe = False
        keyword = flags[flag]
        decided = keyword is not None and isinstance(keyword.value, ast.Constant)
        config, changes = _config(call, rewrite, pairs, "" if decided else f" if {sources[flag]} else None")
        rewrite.add("quantization_config", config)
    elif set(moved) - set(LOAD_FLAGS):
        raise Unfixable("options of a quantization that is switched off")
    changes.append(rewrite.change())
    message = f"give {' and '.join(on or off)} in a BitsAndBytesConfig" if on else f"drop {' and '.join(off)}"
    return made(NAMES_REPAIR, message, safe, [(call.module, change) for change in changes])


def _only_from_pretrained(call: Call) -> None:
    load = call.site.load
    if load is None or load.library != "transformers" or not call.site.callee.endswith(".from_pretrained"):
        raise Unfixable("only `from_pretrained` of transformers is changed")


def _bfloat16(call: Call, rewrite: CallRewrite) -> str:
    return _torch_dtype(call.module, call.node, rewrite)


def _torch_dtype(module: Module, node: ast.AST, rewrite: CallRewrite) -> str:
    """``torch.bfloat16`` where torch is imported; its name, which transformers takes as well, elsewhere."""
    torch = imports.module_name(module, "torch", node)
    return f"{torch}.bfloat16" if torch else rewrite.text("bfloat16")


def _config(
    call: Call, rewrite: CallRewrite, pairs: list[tuple[str, str]], ending: str = ""
) -> tuple[str, list[Change | None]]:
    """``BitsAndBytesConfig(...)`` in the layout of the call, and the import that it needs."""
    like = call.site.load.library_class if call.site.load else None
    name, changes = imports.reference(call.module, "transformers", "BitsAndBytesConfig", call.node, like)
    arguments = [f"{keyword}={value}" for keyword, value in pairs]
    one_line = f"{name}({', '.join(arguments)}){ending}"
    given = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
    line = max((each.lineno for each in given), default=call.node.lineno)
    indent = call.module.indent(line)
    if len(indent) + len("quantization_config=,") + len(one_line) <= WIDEST and line != call.node.lineno:
        return one_line, list(changes)
    inner = indent + ("\t" if "\t" in indent else "    ")
    lines = "".join(f"{inner}{argument},\n" for argument in arguments)
    return f"{name}(\n{lines}{indent}){ending}", list(changes)


def _moved(call: Call) -> str | None:
    """A method that is called on the model after the load, in a chain or on the name that it gets."""
    module, node = call.module, call.node
    at: ast.AST | None = module.parent(node)
    while isinstance(at, ast.Attribute | ast.Call):
        if isinstance(at, ast.Attribute) and at.attr in MOVES:
            return at.attr
        at = module.parent(at)
    if not isinstance(at, ast.Assign | ast.AnnAssign):
        return None
    targets = at.targets if isinstance(at, ast.Assign) else [at.target]
    names = {ast.unparse(target) for target in targets}
    for other in ast.walk(module.tree):
        if isinstance(other, ast.Attribute) and other.attr in MOVES and ast.unparse(other.value) in names:
            return other.attr
    return None


def _is_off(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
