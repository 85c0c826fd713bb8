#!/bin/sh
# Installs Debian packages, as root:  debian.sh "PACKAGE ..." "SERVICE ..."
# Of the services these packages bring, none is started and none stays enabled. Only what was not installed before may
# be named, so a service that somebody runs already is never touched.
set -eu
packages=$1
services=$2
policy=/usr/sbin/policy-rc.d
export DEBIAN_FRONTEND=noninteractive

apt() { apt-get -qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@"; }

# The standard way to keep an install from starting services. An administrator's own policy is left as it is.
forbid_start() {
  [ -n "$services" ] && [ ! -e "$policy" ] || return 0
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
  {
    echo '#!/bin/sh'
    echo 'case "${1%.service}" in'
    for service in $services; do echo "$service) exit 101 ;;"; done
    echo 'esac'
  } >"$policy"
  chmod 755 "$policy"
}

disable() {
  for service in $services; do
    if [ -d /run/systemd/system ]; then systemctl disable --quiet --now "$service.service" || true; fi
    deb-systemd-helper disable "$service.service" >/dev/null 2>&1 || true
    if [ -e "/etc/init.d/$service" ]; then update-rc.d "$service" disable >/dev/null 2>&1 || true; fi
  done
}

known() { apt --simulate install --no-install-recommends $packages >/dev/null 2>&1; }

install() { apt install --yes --no-install-recommends $packages >&2; }

forbid_start
if known && install; then
  disable
  exit 0
fi
echo "Refreshing the package lists (apt-get update) ..." >&2
apt update >&2
install
disable
