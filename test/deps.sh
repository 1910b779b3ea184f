#!/bin/bash
# deps.sh GROUP... - installs what is missing of the groups' packages in packages.txt; says nothing when nothing is.
#
# Needs root or sudo only when something is missing.  PostgreSQL's packages normally create and start a cluster named
# main; that is switched off while they are installed, so no server is left running on this machine.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")

missing=()
for group in "$@"; do
	for package in $(sed -n "s/^$group //p" "$here/packages.txt"); do
		if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then
			missing+=("$package")
		fi
	done
done
if [ ${#missing[@]} -eq 0 ]; then
	exit 0
fi

echo "Installing ${missing[*]} ..."
if ! command -v apt-get >/dev/null; then
	echo "This is not a Debian system: please install the counterparts of these packages by hand." >&2
	exit 1
fi

# Runs a command as root, without questions.
as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		DEBIAN_FRONTEND=noninteractive "$@"
	else
		sudo DEBIAN_FRONTEND=noninteractive "$@"
	fi
}

no_cluster=/etc/postgresql-common/createcluster.d/vecsim-deps.conf
log=$(mktemp)
trap 'rm -f "$log"; as_root rm -f $no_cluster' EXIT
as_root mkdir -p "$(dirname $no_cluster)"
echo 'create_main_cluster = false' | as_root tee $no_cluster >/dev/null
if ! as_root apt-get update >"$log" 2>&1 ||
	! as_root apt-get install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
	cat "$log" >&2
	exit 1
fi
