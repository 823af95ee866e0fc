#!/bin/sh
# Installs alembic-guard, from a wheel or with cargo, and its hooks into a repository; or runs a demo.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
profile=${ALEMBIC_GUARD_PROFILE:-release}

usage() {
    cat <<'END'
usage: ./install.sh [REPO]   install alembic-guard; hooks into REPO
       ./install.sh demo     show a push that is blocked, repaired and accepted
       ./install.sh --help

Without REPO, installs only the program and prints the command that adds the
hooks to a repository. With REPO, also installs its hooks (existing hooks are
kept and run first) and checks its migrations once. Existing problems are listed
but block nothing; the hooks block only new ones.
The demo uses a temporary folder and installs nothing.

A wheel in dist/ is installed with uv, pipx or into a virtual environment.
Without a wheel, cargo builds the program (about three minutes on two cores).

environment:
  ALEMBIC_GUARD_WHEEL    the wheel to install
  ALEMBIC_GUARD_BIN_DIR  folder for the program (default: that of uv, pipx or
                         cargo; ~/.local/bin for a virtual environment)
  ALEMBIC_GUARD_PROFILE  cargo profile to build with: release or dev
  ALEMBIC_GUARD_BINARY   for the demo: use this program instead of building one
  KEEP=1                 for the demo: keep its folder
END
}

main() {
    case ${1-} in
    -h | --help)
        usage
        ;;
    -*)
        wrong "unknown option: $1"
        ;;
    *)
        [ $# -le 1 ] || wrong "only one repository can be given"
        if [ "${1-}" = demo ]; then
            demo
        else
            install_into "${1-}"
        fi
        ;;
    esac
}

wrong() {
    printf 'install.sh: %s\n\n' "$1"
    usage
    exit 2
} >&2

fail() {
    printf 'install.sh: %s\n' "$1" >&2
    exit 1
}

say() {
    printf '%s\n' "$@"
}

# --- what is needed ---------------------------------------------------------------------------

# Prints how to get a newer Rust: rustup cannot update a cargo from a distribution.
get_rust() {
    if command -v rustup >/dev/null 2>&1; then
        echo "rustup update stable"
    else
        echo "get rustup from https://rustup.rs"
    fi
}

# Lists every missing prerequisite with the command to install it.
check_needs() {
    lacking=
    rust=$(rust_version)
    if ! found=$(cargo --version 2>/dev/null); then
        lack "Rust $rust or newer, with cargo" "get rustup from https://rustup.rs"
    elif ! at_least "$rust" "${found#cargo }"; then
        lack "Rust $rust or newer (this is ${found})" "$(get_rust)"
    fi
    # rustc links with cc, whatever else is there; on a Mac without its tools cc is there but fails.
    if ! cc --version >/dev/null 2>&1; then
        lack "a C compiler called cc (libgit2 is built from source)" "$(get build-essential gcc)"
    fi
    check_git
    stop_if_lacking "missing prerequisites to build alembic-guard:"
}

check_git() {
    if ! found=$(git --version 2>/dev/null); then
        lack "git 2.31 or newer" "$(get git git)"
    elif ! at_least 2.31 "${found#git version }"; then
        lack "git 2.31 or newer (this is ${found})" "$(get git git)"
    fi
}

lack() {
    lacking="$lacking  - $1
      $2
"
}

stop_if_lacking() {
    [ -n "$lacking" ] || return 0
    printf '%s\n%srun this again after installing them\n' "$1" "$lacking"
    exit 1
} >&2

rust_version() {
    in_manifest rust-version
}

own_version() {
    in_manifest version
}

# Prints the first value of a key of Cargo.toml.
in_manifest() {
    while read -r key equals value; do
        if [ "$key $equals" = "$1 =" ]; then
            value=${value#\"}
            say "${value%\"}"
            return
        fi
    done <"$here/Cargo.toml"
}

# Succeeds if version $2 is $1 or newer, by major and minor number.
at_least() {
    wanted=$1
    major=${2%%.*}
    minor=${2#*.}
    minor=${minor%%[!0-9]*}
    [ "$major" -gt "${wanted%%.*}" ] ||
        { [ "$major" -eq "${wanted%%.*}" ] && [ "$minor" -ge "${wanted#*.}" ]; }
}

# Prints the command that installs a package: $1 as Debian calls it, $2 as most others do.
get() {
    if [ "$(uname -s)" = Darwin ]; then
        if [ "$2" = git ] && command -v brew >/dev/null; then
            say "brew install git"
        else
            say "xcode-select --install"
        fi
    elif command -v apt-get >/dev/null; then
        say "sudo apt-get install $1"
    elif command -v dnf >/dev/null; then
        say "sudo dnf install $2"
    elif command -v apk >/dev/null; then
        [ "$2" != gcc ] || set -- "" build-base
        say "sudo apk add $2"
    elif command -v pacman >/dev/null; then
        say "sudo pacman -S $2"
    elif command -v zypper >/dev/null; then
        say "sudo zypper install $2"
    else
        say "install $2 with your package manager"
    fi
}

# --- installing -------------------------------------------------------------------------------

install_into() {
    repository=$1
    find_wheel
    if [ -n "$wheel" ]; then
        lacking=
        check_git
        stop_if_lacking "missing prerequisites to run alembic-guard:"
    else
        check_needs
    fi
    if [ -n "$repository" ] && ! git -C "$repository" rev-parse --git-dir >/dev/null; then
        fail "$repository is not a git repository; nothing was installed"
    fi
    if [ -n "$wheel" ]; then
        install_wheel
    else
        install_program
    fi
    say "" "installed $program"
    tell_path
    if [ -z "$repository" ]; then
        say "" "to add the hooks to a repository:" \
            "    $(name_of_program) -C REPO hook install"
        return
    fi
    say "" "\$ $(name_of_program) -C $repository hook install"
    "$program" -C "$repository" hook install ||
        fail "the program is installed, but the hooks are not (see above)"
    check_once
}

# Sets `wheel` to the wheel to install, or to an empty string.
find_wheel() {
    wheel=${ALEMBIC_GUARD_WHEEL-}
    if [ -n "$wheel" ]; then
        [ -f "$wheel" ] || fail "ALEMBIC_GUARD_WHEEL is not a file: $wheel"
        return
    fi
    # A profile requests a build.
    if [ -n "${ALEMBIC_GUARD_PROFILE-}" ]; then return; fi
    for wheel in "$here/dist/alembic_head_guard-$(own_version)"-*.whl; do
        [ ! -f "$wheel" ] || return 0
    done
    wheel=
}

# Installs the wheel; sets `program`. Nothing is downloaded: the wheel depends on no other.
install_wheel() {
    say "installing ${wheel##*/}" "  from ${wheel%/*} (without a wheel, cargo builds the program)"
    if [ -n "${ALEMBIC_GUARD_BIN_DIR-}" ]; then
        mkdir -p -- "$ALEMBIC_GUARD_BIN_DIR"
        ALEMBIC_GUARD_BIN_DIR=$(CDPATH='' cd -- "$ALEMBIC_GUARD_BIN_DIR" && pwd)
    fi
    if with_uv || with_pipx; then return; fi
    with_venv
}

# uv refuses if another package has a command `alembic-guard`.
with_uv() {
    command -v uv >/dev/null || return
    if [ -n "${ALEMBIC_GUARD_BIN_DIR-}" ]; then export UV_TOOL_BIN_DIR="$ALEMBIC_GUARD_BIN_DIR"; fi
    uv tool install --quiet --offline --reinstall "$wheel" && program=$(uv tool dir --bin)/alembic-head-guard
}

with_pipx() {
    command -v pipx >/dev/null || return
    if [ -n "${ALEMBIC_GUARD_BIN_DIR-}" ]; then export PIPX_BIN_DIR="$ALEMBIC_GUARD_BIN_DIR"; fi
    pipx install --quiet --force "$wheel" >/dev/null &&
        program=$(pipx environment --value PIPX_BIN_DIR)/alembic-head-guard && [ -x "$program" ]
}

# Distributions may not let pip install outside of a virtual environment.
with_venv() {
    venv=${XDG_DATA_HOME:-$HOME/.local/share}/alembic-head-guard
    folder=${ALEMBIC_GUARD_BIN_DIR:-$HOME/.local/bin}
    # A working environment is kept: hooks call the program in it, even if this wheel cannot be installed.
    if ! "$venv/bin/python" -c 'import pip' 2>/dev/null && ! python3 -m venv --clear "$venv" >/dev/null; then
        fail "no virtual environment could be created: $(get python3-venv python3), or install uv or pipx"
    fi
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --force-reinstall "$wheel"
    mkdir -p -- "$folder"
    program=$(CDPATH='' cd -- "$folder" && pwd)/alembic-head-guard
    ln -sfn -- "$venv/bin/alembic-head-guard" "$program"
    # The other name may be another program's.
    [ -e "$folder/alembic-guard" ] || ln -sfn -- "$venv/bin/alembic-guard" "$folder/alembic-guard"
}

# Builds and installs the program; sets `program`.
install_program() {
    tell_time
    if [ -z "${ALEMBIC_GUARD_BIN_DIR-}" ]; then
        root=${CARGO_INSTALL_ROOT:-${CARGO_HOME:-$HOME/.cargo}}
        build "$root" --force
        program=$root/bin/alembic-guard
        return
    fi
    mkdir -p -- "$ALEMBIC_GUARD_BIN_DIR"
    folder=$(CDPATH='' cd -- "$ALEMBIC_GUARD_BIN_DIR" && pwd)
    program=$folder/alembic-guard
    work=$(mktemp -d "$folder/.alembic-guard.XXXXXX")
    trap 'rm -rf -- "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    build "$work" --no-track
    mv -f -- "$work/bin/alembic-guard" "$program"
}

# Builds in the source folder, so that no toolchain choice or cargo setting of the caller's applies.
build() (
    root=$1
    shift
    cd -- "$here"
    PATH="$root/bin:$PATH" \
        cargo install --path . --locked --profile "$profile" --root "$root" "$@"
)

tell_time() {
    say "building alembic-guard ($profile); the first build takes about three minutes on two cores"
}

tell_path() {
    first=$(command -v "${program##*/}" || true)
    if [ "$first" = "$program" ]; then
        say "  its folder is on PATH"
    elif [ -n "$first" ]; then
        say "  but PATH finds another one first: $first"
    else
        say "  its folder is not on PATH; the hooks do not need it, but you can add it:" \
            "    export PATH=\"${program%/*}:\$PATH\""
    fi
}

name_of_program() {
    if [ "$(command -v "${program##*/}" || true)" = "$program" ]; then
        say "${program##*/}"
    else
        say "$program"
    fi
}

# Lists existing problems; none of them makes the installation fail.
check_once() {
    say "" "\$ $(name_of_program) -C $repository hook check"
    status=0
    "$program" -C "$repository" hook check || status=$?
    say ""
    case $status in
    0) say "exit code 0: no problems; the hooks are in place" ;;
    1) say "exit code 1: repair these problems now or later;" \
        "the hooks are in place and block only new problems" ;;
    *) say "exit code $status: the check failed to run; the hooks are in place" ;;
    esac
}

# --- the demo ---------------------------------------------------------------------------------

demo() {
    if [ -n "${ALEMBIC_GUARD_BINARY-}" ]; then
        lacking=
        check_git
        stop_if_lacking "missing prerequisites for the demo:"
    else
        check_needs
    fi
    work=$(mktemp -d "${TMPDIR:-/tmp}/alembic-guard-demo.XXXXXX")
    work=$(cd -- "$work" && pwd -P)
    trap clear_away EXIT
    trap 'exit 1' HUP INT TERM
    if [ -n "${ALEMBIC_GUARD_BINARY-}" ]; then
        mkdir "$work/bin"
        cp -- "$ALEMBIC_GUARD_BINARY" "$work/bin/alembic-guard"
    else
        tell_time
        build "$work" --no-track
    fi
    shut_out_settings
    tell_story
}

clear_away() {
    if [ -n "${KEEP-}" ]; then
        say "kept: $work"
    else
        rm -rf -- "$work"
    fi
}

# Removes the caller's git, hook and CI settings from the environment, and sets fixed names and dates.
shut_out_settings() {
    for name in $(env | sed -nE 's/^((GIT_|PRE_COMMIT)[A-Z0-9_]*|SKIP|CI)=.*/\1/p'); do
        unset "$name"
    done
    unset ALEMBIC_GUARD LC_ALL LC_MESSAGES
    export LANG=C HOME="$work" PATH="$work/bin:$PATH"
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 GIT_EDITOR=true
    export GIT_AUTHOR_DATE=2024-05-06T07:08:09Z GIT_COMMITTER_DATE=2024-05-06T07:08:09Z
    if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
        export CLICOLOR_FORCE=1
    fi
}

# The whole story. The commands are taken from the report, so the demo fails if following the report
# does not solve the problem.
tell_story() {
    set_the_scene

    chapter "Ada adds a migration on top of a and pushes it to main."
    as Ada
    migration b '"a"' add_phone
    accepted 'git commit -qm "Add phone"'
    accepted 'git push -q'

    chapter "Ben has not seen it. His branch adds another migration on top of a."
    as Ben
    accepted 'git switch -qc feature'
    migration d '"a"' add_email
    accepted 'git commit -qm "Add email"'
    refused 'git push -u origin feature' 'stale-down-revision'
    ! git ls-remote --exit-code origin feature >/dev/null || went_wrong "feature is at the remote"

    get=$(told 'git fetch ')
    rebase=$(told 'alembic-guard rebase')
    finish=$(told 'git commit ')

    chapter "Ben does what the report says. He merges main,"
    accepted "$get"
    chapter "puts his migration on top of it,"
    accepted "$rebase"
    accepted "grep down_revision $file"
    chapter "commits and pushes again."
    accepted "$finish"
    accepted 'git push -u origin feature'
    accepted 'alembic-guard graph origin/feature'
    heads=$(alembic-guard --format json heads origin/feature | tr -d ' \n')
    case $heads in
    *'"heads":["d"]'*) ;;
    *) went_wrong "d is not the only head: $heads" ;;
    esac
    say "" "demo: blocked, repaired and accepted, as expected"
}

set_the_scene() {
    chapter "One history on a remote; Ada and Ben have clones with the hooks installed."
    cd -- "$work"
    git init -q --bare -b main app.git
    git clone -q "$work/app.git" ada 2>/dev/null
    as Ada
    git symbolic-ref HEAD refs/heads/main
    mkdir -p migrations/versions
    printf '[alembic]\nscript_location = migrations\n' >alembic.ini
    say 'from alembic import context' >migrations/env.py
    say "## Alembic's template for migrations" >migrations/script.py.mako
    git add alembic.ini migrations
    migration a None create_account
    accepted 'git commit -qm "Create account"'
    accepted 'git push -q -u origin main'
    accepted 'alembic-guard hook install'
    git clone -q "$work/app.git" "$work/ben"
    as Ben
    accepted 'alembic-guard hook install'
}

# Changes to the clone of a person.
as() {
    export GIT_AUTHOR_NAME="$1" GIT_COMMITTER_NAME="$1"
    export GIT_AUTHOR_EMAIL="$1@example.com" GIT_COMMITTER_EMAIL="$1@example.com"
    case $1 in
    Ada) cd -- "$work/ada" ;;
    Ben) cd -- "$work/ben" ;;
    esac
}

# Writes and adds a migration: REVISION DOWN_REVISION TITLE.
migration() {
    file=migrations/versions/$1_$3.py
    cat >"$file" <<END
"""$3"""
from alembic import op
import sqlalchemy as sa

revision = "$1"
down_revision = $2


def upgrade():
    op.add_column("account", sa.Column("$3", sa.String()))
END
    accepted "git add $file"
}

chapter() {
    printf '\n# %s\n' "$1"
}

# Shows and runs a command; sets `status`, and `$work/said` to what it said.
run() {
    printf '$ %s\n' "$1"
    status=0
    eval "$1" >"$work/said" 2>&1 || status=$?
    cat "$work/said"
}

accepted() {
    run "$1"
    [ "$status" -eq 0 ] || went_wrong "this should have been accepted (exit code $status)"
}

refused() {
    run "$1"
    [ "$status" -ne 0 ] || went_wrong "this should have been blocked"
    plain | grep -q "$2" || went_wrong "this should have been blocked with $2"
    say "# blocked (exit code $status)"
}

# Prints the first command of the last output that begins with $1.
told() {
    line=$(plain | sed -n "s/^  [ 0-9.]* \($1.*\)/\1/p" | sed 1q)
    [ -n "$line" ] || went_wrong "the report does not say '$1...'"
    say "$line"
}

plain() {
    sed "s/$(printf '\033')\[[0-9;]*m//g" "$work/said"
}

went_wrong() {
    fail "the demo failed: $1"
}

main "$@"
