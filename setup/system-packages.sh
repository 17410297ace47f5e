#!/bin/sh
# Makes sure that the programs named as arguments exist, each given as PROGRAM=PACKAGE.
# Installs what is missing through the system's package manager where that is permitted (root, or sudo
# without a password); otherwise asks for it by name in one line. A missing program never fails the set-up:
# `python -m autograder doctor` says later what cannot be done without it.
# Where Ubuntu keeps bubblewrap from making namespaces, it offers root the profile that lets it.
set -u

# Debian keeps the programs of a PostgreSQL server out of everyone's way.
for folder in /usr/lib/postgresql/*/bin; do PATH="$PATH:$folder"; done

missing=""
for pair in "$@"; do
    program=${pair%%=*}
    command -v "$program" >/dev/null 2>&1 || missing="$missing ${pair#*=}"
done

if [ "$(id -u)" = 0 ]; then as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo -n"
else as_root="none"
fi

install_with_package_manager() {
    if command -v apt-get >/dev/null 2>&1; then
        $as_root apt-get update -qq &&
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
    elif command -v dnf >/dev/null 2>&1; then $as_root dnf install -y -q $missing
    elif command -v pacman >/dev/null 2>&1; then $as_root pacman -Sy --noconfirm --needed $missing
    elif command -v zypper >/dev/null 2>&1; then $as_root zypper -n install $missing
    else return 1
    fi
}

offer_profile() {
    [ "$(sysctl -n kernel.apparmor_restrict_unprivileged_userns 2>/dev/null)" = 1 ] || return
    [ -z "$as_root" ] && command -v apparmor_parser >/dev/null 2>&1 && [ ! -e "$profile" ] || return
    ours=$(dirname "$0")/apparmor/bwrap
    echo "Ubuntu keeps bubblewrap from making namespaces, so grading uses the level \`landlock\`. To allow it what the"
    echo "level \`sandbox\` needs, and no other program, run as root:"
    echo "  install -m 644 $ours $profile && apparmor_parser --replace $profile"
    [ -t 0 ] || return
    printf "Do it now? [y/N] "
    read -r answer
    [ "$answer" = y ] && install -m 644 "$ours" "$profile" && apparmor_parser --replace "$profile"
}

if [ -z "$missing" ]; then :
elif [ "$as_root" != none ] && install_with_package_manager >/dev/null 2>&1; then
    echo "installed system packages:$missing"
else
    echo "please install these system packages yourself:$missing   (for example: sudo apt-get install$missing)"
fi
profile=/etc/apparmor.d/bwrap
case " $*" in *" bwrap="*) offer_profile ;; esac
exit 0
