#!/bin/sh
# Makes sure that a Chromium is there for the browser tests: the machine's own, else from the distribution where we may install it.
set -eu
for name in "${KUNDIG_CHROMIUM:-}" chromium chromium-browser google-chrome chromium-headless-shell; do
  [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ]; then as=""
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as="sudo"
  else as="no"
  fi
  if [ "$as" != no ]; then
    echo "Installing Chromium for the browser tests."
    $as apt-get update -qq && $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null && exit 0
  fi
fi
echo "The browser tests need Chromium. Install it (for instance: sudo apt-get install chromium), or name it in KUNDIG_CHROMIUM." >&2
exit 1
