# Prints what the completions in the file $1 offer behind `headscope` and the other words, with commas.
source "$1"
shift
COMP_WORDS=(headscope "$@")
COMP_CWORD=$#
_headscope
readarray -t offered < <(printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort)
(IFS=, && printf '%s' "${offered[*]}")
