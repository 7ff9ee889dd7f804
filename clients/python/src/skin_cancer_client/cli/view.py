"""A check and a problem, for people at a terminal."""

from collections.abc import Iterable
from math import ceil, floor

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from skin_cancer_client.errors import ProblemError, SkinCancerClientError
from skin_cancer_client.records import Check, Region

# Words and shapes say it too: colours alone do not reach everybody. Nothing is green, because no
# answer means that there is nothing to worry about.
STATUSES = {
    "malignant": ("▲", "!", "bold red", "Suspicious for skin cancer"),
    "unclear": ("◆", "?", "bold yellow", "Skin cancer cannot be ruled out"),
    "benign": ("●", "-", "bold blue", "More like a benign lesion"),
}
UNKNOWN = ("■", "#", "bold", "")
SOURCES = {
    "upload": "the square that you named",
    "outline": "a square around the small lesion that was found",
    "centre": "the central square of the photo",
}
ICONS, ROWS = 100, 5


def show_check(console: Console, check: Check, name: str | None = None) -> None:
    """Show a check: first what to do, then how sure that is and why."""
    parts = [
        _advice(check),
        Text(),
        _status(console, check),
        Padding(_probability(console, check), (1, 0)),
        _details(check),
        Text(),
        Text(check.notice, style="dim"),
    ]
    title = Text(name) if name else None
    width = min(console.width, 88)
    box = Panel(Group(*parts), title=title, title_align="left", width=width, padding=(1, 2))
    console.print(box, highlight=False)


def show_error(console: Console, error: SkinCancerClientError, name: str | None = None) -> None:
    """Show why a photo was refused and how to take a better one, or what else went wrong."""
    text = Text(style="bold") if name is None else Text(f"{name}: ", style="bold")
    if not isinstance(error, ProblemError):
        console.print(text.append(str(error), style="not bold"), highlight=False, soft_wrap=True)
        return
    text.append(error.title, style="bold red")
    lines = [text, Text(error.detail)]
    if error.reasons:
        lines.append(Text(f"Reasons: {_in_words(error.reasons)}"))
    lines += [Text(f"{field}: {_messages(found)}") for field, found in error.errors.items()]
    lines.append(Text(f"To report it, quote {error.request_id}", style="dim"))
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)


def checks_table(console: Console, checks: Iterable[Check]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("id", "date", "status", "cancer", "what to do"):
        table.add_column(column, no_wrap=column != "what to do")
    for check in checks:
        mark, style, _ = _mark(console, check.status)
        status = Text(f"{mark} {check.status}", style=style)
        date = f"{check.created_at.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(str(check.id), date, status, check.result, Text(check.advice.time_frame))
    return table


def _advice(check: Check) -> RenderableType:
    _, _, style, _ = STATUSES.get(check.status, UNKNOWN)
    when = Text("What to do: ", style="bold").append(check.advice.time_frame, style=style)
    return Group(when, Text(check.advice.text))


def _status(console: Console, check: Check) -> RenderableType:
    mark, style, words = _mark(console, check.status)
    text = Text(f"{mark} {words or check.status}", style=style)
    text.append(f" ({check.status})" if words else "", style="not bold")
    if check.review:
        text.append(" - set by a person who reviewed it", style="default not bold")
    return text


def _probability(console: Console, check: Check) -> RenderableType:
    low, high = _of_100(check)
    lines = [
        _icons(console, check),
        Text(
            f"Probability of cancer {check.result}. In the tests, {low} to "
            f"{high} of 100 photos with this answer showed cancer (95 % interval)."
        ),
    ]
    values = check.predictive_values
    flagged = check.status != "benign"
    value = (values.ppv if flagged else values.npv) if values else None
    if values and value is not None:
        said = "malignant or unclear" if flagged else "benign"
        found = "are cancer" if flagged else "are not"
        lines.append(
            Text(
                f"Where {_percent(values.prevalence)} of the photographed lesions are cancer, "
                f"{_percent(value)} of those called {said} {found}.",
                style="dim",
            )
        )
    return Group(*lines)


def _icons(console: Console, check: Check) -> Text:
    """Return 100 icons: of 100 such photos so many are cancer, and up to so many may be."""
    full, half, empty = "■▒□" if _is_unicode(console) else "#+."
    _, _, style, _ = STATUSES.get(check.status, UNKNOWN)
    low, high = _of_100(check)
    text = Text()
    for index in range(ICONS):
        icon = full if index < low else half if index < high else empty
        text.append(icon, style=style if index < high else "dim")
        ends_row = (index + 1) % (ICONS // ROWS) == 0
        text.append("\n" if ends_row and index + 1 < ICONS else "" if ends_row else " ")
    text.append(f"\n{full} cancer  {half} may be  {empty} not", style="dim")
    return text


def _details(check: Check) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    table.add_row("Result", Text(check.description))
    if check.quality.issues:
        table.add_row("Photo", Text(f"{_in_words(check.quality.issues)}: retake it if you can"))
    if check.region:
        table.add_row("Assessed", Text(_region(check.region)))
    used = _in_words(check.context_used) or "none"
    table.add_row("Context", Text(f"{used} used"))
    table.add_row("Model", Text(f"{check.model.name} {check.model.version}"))
    table.add_row("Check", Text(str(check.id)))
    return table


def _region(region: Region) -> str:
    if region.source == "centre":
        return SOURCES["centre"]
    return (
        f"{SOURCES.get(region.source, 'a square')}: {_percent(region.size)} of the shorter side, "
        f"its centre at {_percent(region.x)} from the left and {_percent(region.y)} from the top"
    )


def _mark(console: Console, status: str) -> tuple[str, str, str]:
    mark, plain, style, words = STATUSES.get(status, UNKNOWN)
    return mark if _is_unicode(console) else plain, style, words


def _is_unicode(console: Console) -> bool:
    return console.encoding.lower().startswith("utf")


def _in_words(names: Iterable[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


def _messages(found: object) -> str:
    return "; ".join(map(str, found)) if isinstance(found, list) else str(found)


def _of_100(check: Check) -> tuple[int, int]:
    """Return the interval in photos of 100, rounded so that it does not get narrower."""
    low, high = check.interval
    return floor(low * ICONS), ceil(high * ICONS)


def _percent(fraction: float) -> str:
    # 99.97 % is not 100 %: the difference is the cancers that are missed.
    return f"{100 * fraction:.3g} %" if not 0.99 < fraction < 1 else f"{100 * fraction:.2f} %"
