"""Settings that can't be right, and the operating system's reasons in words."""

from __future__ import annotations

import errno
import os

from kundig.base.errors import OutsideFault
from kundig.base.i18n import Text, t


class WrongSetting(OutsideFault):
    """A KUNDIG_* variable has a value that can't be right; names it and says what would be."""

    code = "wrong_setting"


def reason(error: OSError) -> Text:
    """What the operating system says, in our words where it is common, without numbers and paths."""
    said = os.strerror(error.errno) if error.errno else type(error).__name__
    return _REASONS.get(error.errno or 0) or Text("{said}", {"said": said})


_REASONS = {
    errno.EACCES: t("permission denied"),
    errno.EPERM: t("permission denied"),
    errno.EROFS: t("that disk can only be read"),
    errno.ENOSPC: t("the disk is full"),
    errno.EDQUOT: t("the disk is full"),
    errno.EEXIST: t("there is a file of this name"),
    errno.ENOTDIR: t("a part of the path is a file"),
    errno.ENOENT: t("it can't be made there"),
}
