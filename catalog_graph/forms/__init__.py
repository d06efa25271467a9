"""Forms in which answers are shown: text, tables of text and of HTML, and outlines."""

from catalog_graph.forms.base import Forms, Section
from catalog_graph.forms.words import columns, instant, shortened, shown

__all__ = ["Forms", "Section", "columns", "instant", "shortened", "shown"]
