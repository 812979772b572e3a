"""A block of the user's own counted: by torch and fvcore, for it has no closed form."""

from __future__ import annotations

from collections.abc import Callable

from bottlecalc.agreement.ask import check_installed
from bottlecalc.agreement.result import OwnCount
from bottlecalc.blocks.own import OwnBlock
from bottlecalc.models.failure import naming
from bottlecalc.models.inputs import Inputs
from bottlecalc.models.own import in_channels, target
from bottlecalc.models.policy import INSISTING
from bottlecalc.models.run import Runner
from bottlecalc.text.shapes import Input


def counted(
    block: OwnBlock,
    size: tuple[int, int],
    batch: int = 1,
    insist: bool = False,
    progress: Callable[[str], object] = str,
) -> OwnCount:
    """Count a block of the user's own.

    Args:
        block: its text is what was counted.
        size: height and width of the input [pixels].
        batch: images in the input.
        insist: have fvcore run at any size; otherwise it is left out where it would take too much.
        progress: told what is being measured.

    Raises:
        BlockError: nothing says what channels its input has.
        TargetError: it cannot be found or built, or does not run on such an input, or torch is not
            installed.
    """
    check_installed(block.target, "torch")
    it = target(block)
    progress(f"measuring {block}")
    x = Input((batch, in_channels(block), *size))
    with naming(f"{it.name} cannot be found"), it.importable():
        runner = Runner(it.name, it.load(), Inputs([x]), insist=insist, insisting=INSISTING)
        run = runner.run("both")
    return OwnCount(
        subject=str(block),
        block=block,
        inputs=(x,),
        others=run.counters,
        parameters=run.parameters,
        modules=run.nodes,
        left_out=run.left_out,
        notes=run.notes,
    )
