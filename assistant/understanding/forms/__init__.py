"""Questions of a form of their own: reasons, single rows, sets over several tables, before and after a day.

They are tried where the ordinary reading found no plan. A form reads the words that make it, hands the rest to the
ordinary reading, and puts the two together; what neither has a use for is refused.
"""

from assistant.understanding.forms.asking import Asking
from assistant.understanding.forms.bands import rebanded
from assistant.understanding.forms.compared import apart
from assistant.understanding.forms.reading import read_first, read_form

__all__ = ["Asking", "apart", "read_first", "read_form", "rebanded"]
