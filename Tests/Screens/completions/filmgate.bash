# bash completion for filmgate; load with: source <(filmgate completions bash)
_filmgate() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" path="" word
  # Readline splits at the equals sign of --model=NAME.
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $previous == "=" ]]; then
    previous="${COMP_WORDS[COMP_CWORD-2]}"
  fi
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "${path:+$path }$word" in
    "generate" | "jobs" | "show" | "wait" | "get" | "cancel" | "settle" | "again" | "models" | "models list" | "models show" | "models default" | "plugins" | "plugins list" | "plugins show" | "keys" | "keys set" | "keys list" | "keys test" | "keys remove" | "config" | "config show" | "config path" | "config check" | "serve" | "tokens" | "tokens create" | "tokens list" | "tokens show" | "tokens revoke" | "webhooks" | "webhooks list" | "webhooks show" | "webhooks resend" | "webhooks secret" | "webhooks default" | "sandbox" | "doctor" | "completions" | "help") path="${path:+$path }$word" ;;
    esac
  done
  # A line without a command is a prompt with its options.
  if [[ -z $path && COMP_CWORD -gt 1 ]]; then path="generate"; fi
  case "$path:$previous" in
    ":-m" | ":--model")
      mapfile -t COMPREPLY < <(compgen -W "$(filmgate completions --list models 2>/dev/null)" -- "$current")
      return
      ;;
    ":--request")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    ":--image")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    ":--last")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    ":--ref")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    ":--video")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    ":-s" | ":--seconds")
      :
      return
      ;;
    ":--ratio")
      :
      return
      ;;
    ":--resolution")
      :
      return
      ;;
    ":--size")
      :
      return
      ;;
    ":--fps")
      :
      return
      ;;
    ":--seed")
      :
      return
      ;;
    ":--negative")
      :
      return
      ;;
    ":--shot")
      :
      return
      ;;
    ":--option")
      :
      return
      ;;
    ":-o" | ":--out")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    ":-O" | ":--output")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    ":--max-cost")
      :
      return
      ;;
    ":--account")
      :
      return
      ;;
    ":--profile")
      :
      return
      ;;
    ":--timeout")
      :
      return
      ;;
    ":--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    ":--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    ":--gateway")
      :
      return
      ;;
    ":--key")
      :
      return
      ;;
    "generate:-m" | "generate:--model")
      mapfile -t COMPREPLY < <(compgen -W "$(filmgate completions --list models 2>/dev/null)" -- "$current")
      return
      ;;
    "generate:--request")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "generate:--image")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "generate:--last")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "generate:--ref")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "generate:--video")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "generate:-s" | "generate:--seconds")
      :
      return
      ;;
    "generate:--ratio")
      :
      return
      ;;
    "generate:--resolution")
      :
      return
      ;;
    "generate:--size")
      :
      return
      ;;
    "generate:--fps")
      :
      return
      ;;
    "generate:--seed")
      :
      return
      ;;
    "generate:--negative")
      :
      return
      ;;
    "generate:--shot")
      :
      return
      ;;
    "generate:--option")
      :
      return
      ;;
    "generate:-o" | "generate:--out")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "generate:-O" | "generate:--output")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "generate:--max-cost")
      :
      return
      ;;
    "generate:--account")
      :
      return
      ;;
    "generate:--profile")
      :
      return
      ;;
    "generate:--timeout")
      :
      return
      ;;
    "generate:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "generate:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "generate:--gateway")
      :
      return
      ;;
    "generate:--key")
      :
      return
      ;;
    "jobs:-n" | "jobs:--limit")
      :
      return
      ;;
    "jobs:--state")
      mapfile -t COMPREPLY < <(compgen -W "queued submitting running unknown succeeded failed cancelled expired" -- "$current")
      return
      ;;
    "jobs:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "jobs:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "jobs:--gateway")
      :
      return
      ;;
    "jobs:--key")
      :
      return
      ;;
    "show:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "show:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "show:--gateway")
      :
      return
      ;;
    "show:--key")
      :
      return
      ;;
    "wait:-o" | "wait:--output")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "wait:--timeout")
      :
      return
      ;;
    "wait:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "wait:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "wait:--gateway")
      :
      return
      ;;
    "wait:--key")
      :
      return
      ;;
    "get:-o" | "get:--output")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "get:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "get:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "get:--gateway")
      :
      return
      ;;
    "get:--key")
      :
      return
      ;;
    "cancel:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "cancel:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "cancel:--gateway")
      :
      return
      ;;
    "cancel:--key")
      :
      return
      ;;
    "settle:--upstream-id")
      :
      return
      ;;
    "settle:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "settle:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "settle:--gateway")
      :
      return
      ;;
    "settle:--key")
      :
      return
      ;;
    "again:-m" | "again:--model")
      mapfile -t COMPREPLY < <(compgen -W "$(filmgate completions --list models 2>/dev/null)" -- "$current")
      return
      ;;
    "again:-s" | "again:--seconds")
      :
      return
      ;;
    "again:--ratio")
      :
      return
      ;;
    "again:--resolution")
      :
      return
      ;;
    "again:--size")
      :
      return
      ;;
    "again:--fps")
      :
      return
      ;;
    "again:--seed")
      :
      return
      ;;
    "again:--negative")
      :
      return
      ;;
    "again:--shot")
      :
      return
      ;;
    "again:--option")
      :
      return
      ;;
    "again:-o" | "again:--out")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "again:-O" | "again:--output")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "again:--max-cost")
      :
      return
      ;;
    "again:--account")
      :
      return
      ;;
    "again:--profile")
      :
      return
      ;;
    "again:--timeout")
      :
      return
      ;;
    "again:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "again:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "again:--gateway")
      :
      return
      ;;
    "again:--key")
      :
      return
      ;;
    "models list:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "models list:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "models list:--gateway")
      :
      return
      ;;
    "models list:--key")
      :
      return
      ;;
    "models show:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "models show:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "models show:--gateway")
      :
      return
      ;;
    "models show:--key")
      :
      return
      ;;
    "models default:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "models default:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "models default:--gateway")
      :
      return
      ;;
    "models default:--key")
      :
      return
      ;;
    "plugins list:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "plugins list:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "plugins list:--gateway")
      :
      return
      ;;
    "plugins list:--key")
      :
      return
      ;;
    "plugins show:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "plugins show:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "plugins show:--gateway")
      :
      return
      ;;
    "plugins show:--key")
      :
      return
      ;;
    "keys set:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "keys set:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "keys set:--gateway")
      :
      return
      ;;
    "keys set:--key")
      :
      return
      ;;
    "keys list:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "keys list:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "keys list:--gateway")
      :
      return
      ;;
    "keys list:--key")
      :
      return
      ;;
    "keys test:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "keys test:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "keys test:--gateway")
      :
      return
      ;;
    "keys test:--key")
      :
      return
      ;;
    "keys remove:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "keys remove:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "keys remove:--gateway")
      :
      return
      ;;
    "keys remove:--key")
      :
      return
      ;;
    "config show:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "config show:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "config show:--gateway")
      :
      return
      ;;
    "config show:--key")
      :
      return
      ;;
    "config path:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "config path:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "config path:--gateway")
      :
      return
      ;;
    "config path:--key")
      :
      return
      ;;
    "config check:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "config check:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "config check:--gateway")
      :
      return
      ;;
    "config check:--key")
      :
      return
      ;;
    "serve:--listen")
      :
      return
      ;;
    "serve:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "serve:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "serve:--gateway")
      :
      return
      ;;
    "serve:--key")
      :
      return
      ;;
    "tokens create:--models")
      mapfile -t COMPREPLY < <(compgen -W "$(filmgate completions --list models 2>/dev/null)" -- "$current")
      return
      ;;
    "tokens create:--budget")
      :
      return
      ;;
    "tokens create:--currency")
      :
      return
      ;;
    "tokens create:--parallel")
      :
      return
      ;;
    "tokens create:--expires")
      :
      return
      ;;
    "tokens create:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "tokens create:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "tokens create:--gateway")
      :
      return
      ;;
    "tokens create:--key")
      :
      return
      ;;
    "tokens list:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "tokens list:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "tokens list:--gateway")
      :
      return
      ;;
    "tokens list:--key")
      :
      return
      ;;
    "tokens show:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "tokens show:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "tokens show:--gateway")
      :
      return
      ;;
    "tokens show:--key")
      :
      return
      ;;
    "tokens revoke:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "tokens revoke:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "tokens revoke:--gateway")
      :
      return
      ;;
    "tokens revoke:--key")
      :
      return
      ;;
    "webhooks list:-n" | "webhooks list:--limit")
      :
      return
      ;;
    "webhooks list:--caller")
      mapfile -t COMPREPLY < <(compgen -W "$(filmgate completions --list tokens 2>/dev/null)" -- "$current")
      return
      ;;
    "webhooks list:--state")
      mapfile -t COMPREPLY < <(compgen -W "pending delivered stopped abandoned" -- "$current")
      return
      ;;
    "webhooks list:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "webhooks list:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "webhooks list:--gateway")
      :
      return
      ;;
    "webhooks list:--key")
      :
      return
      ;;
    "webhooks show:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "webhooks show:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "webhooks show:--gateway")
      :
      return
      ;;
    "webhooks show:--key")
      :
      return
      ;;
    "webhooks resend:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "webhooks resend:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "webhooks resend:--gateway")
      :
      return
      ;;
    "webhooks resend:--key")
      :
      return
      ;;
    "webhooks secret:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "webhooks secret:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "webhooks secret:--gateway")
      :
      return
      ;;
    "webhooks secret:--key")
      :
      return
      ;;
    "webhooks default:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "webhooks default:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "webhooks default:--gateway")
      :
      return
      ;;
    "webhooks default:--key")
      :
      return
      ;;
    "sandbox:--port")
      :
      return
      ;;
    "sandbox:--delay")
      :
      return
      ;;
    "sandbox:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "sandbox:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "sandbox:--gateway")
      :
      return
      ;;
    "sandbox:--key")
      :
      return
      ;;
    "doctor:--plugins")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    "doctor:--config")
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "doctor:--gateway")
      :
      return
      ;;
    "doctor:--key")
      :
      return
      ;;
    "completions:--list")
      mapfile -t COMPREPLY < <(compgen -W "models jobs plugins tokens" -- "$current")
      return
      ;;
    "completions:--gateway")
      :
      return
      ;;
    "completions:--key")
      :
      return
      ;;
    "help:--gateway")
      :
      return
      ;;
    "help:--key")
      :
      return
      ;;
  esac
  case "$path" in
    "")
      mapfile -t COMPREPLY < <(compgen -W "generate jobs show wait get cancel settle again models plugins keys config serve tokens webhooks sandbox doctor completions help --version -m --model --request --image --last --ref --video -s --seconds --ratio --resolution --size --fps --seed --audio --no-audio --watermark --no-watermark --negative --shot --option -o --out -O --output --overwrite --dry-run --max-cost --lenient --sandbox --account --profile --no-wait --timeout --plugins --config --gateway --key --json --help" -- "$current")
      ;;
    "generate")
      mapfile -t COMPREPLY < <(compgen -W "-m --model --request --image --last --ref --video -s --seconds --ratio --resolution --size --fps --seed --audio --no-audio --watermark --no-watermark --negative --shot --option -o --out -O --output --overwrite --dry-run --max-cost --lenient --sandbox --account --profile --no-wait --timeout --plugins --config --gateway --key --json --help" -- "$current")
      ;;
    "jobs")
      mapfile -t COMPREPLY < <(compgen -W "-n --limit --state --plugins --config --gateway --key --json --help" -- "$current")
      ;;
    "show")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list jobs 2>/dev/null)" -- "$current")
      ;;
    "wait")
      mapfile -t COMPREPLY < <(compgen -W "-o --output --overwrite --timeout --plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list jobs 2>/dev/null)" -- "$current")
      ;;
    "get")
      mapfile -t COMPREPLY < <(compgen -W "-o --output --overwrite --plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list jobs 2>/dev/null)" -- "$current")
      ;;
    "cancel")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list jobs 2>/dev/null)" -- "$current")
      ;;
    "settle")
      mapfile -t COMPREPLY < <(compgen -W "--upstream-id --not-bought --plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list jobs 2>/dev/null)" -- "$current")
      ;;
    "again")
      mapfile -t COMPREPLY < <(compgen -W "-m --model -s --seconds --ratio --resolution --size --fps --seed --audio --no-audio --watermark --no-watermark --negative --shot --option -o --out -O --output --overwrite --dry-run --max-cost --lenient --sandbox --account --profile --no-wait --timeout --plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list jobs 2>/dev/null)" -- "$current")
      ;;
    "models")
      mapfile -t COMPREPLY < <(compgen -W "list show default --help" -- "$current")
      ;;
    "models list")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      ;;
    "models show")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list models 2>/dev/null)" -- "$current")
      ;;
    "models default")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list models 2>/dev/null)" -- "$current")
      ;;
    "plugins")
      mapfile -t COMPREPLY < <(compgen -W "list show --help" -- "$current")
      ;;
    "plugins list")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      ;;
    "plugins show")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list plugins 2>/dev/null)" -- "$current")
      ;;
    "keys")
      mapfile -t COMPREPLY < <(compgen -W "set list test remove --help" -- "$current")
      ;;
    "keys set")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list plugins 2>/dev/null)" -- "$current")
      ;;
    "keys list")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      ;;
    "keys test")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list plugins 2>/dev/null)" -- "$current")
      ;;
    "keys remove")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list plugins 2>/dev/null)" -- "$current")
      ;;
    "config")
      mapfile -t COMPREPLY < <(compgen -W "show path check --help" -- "$current")
      ;;
    "config show")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      ;;
    "config path")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      ;;
    "config check")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      compopt -o filenames 2>/dev/null
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")
      ;;
    "serve")
      mapfile -t COMPREPLY < <(compgen -W "--listen --sandbox --plugins --config --gateway --key --json --help" -- "$current")
      ;;
    "tokens")
      mapfile -t COMPREPLY < <(compgen -W "create list show revoke --help" -- "$current")
      ;;
    "tokens create")
      mapfile -t COMPREPLY < <(compgen -W "--models --budget --currency --parallel --expires --admin --plugins --config --gateway --key --json --help" -- "$current")
      ;;
    "tokens list")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      ;;
    "tokens show")
      mapfile -t COMPREPLY < <(compgen -W "--secret --plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list tokens 2>/dev/null)" -- "$current")
      ;;
    "tokens revoke")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list tokens 2>/dev/null)" -- "$current")
      ;;
    "webhooks")
      mapfile -t COMPREPLY < <(compgen -W "list show resend secret default --help" -- "$current")
      ;;
    "webhooks list")
      mapfile -t COMPREPLY < <(compgen -W "-n --limit --caller --state --plugins --config --gateway --key --json --help" -- "$current")
      ;;
    "webhooks show")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list jobs 2>/dev/null)" -- "$current")
      ;;
    "webhooks resend")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list jobs 2>/dev/null)" -- "$current")
      ;;
    "webhooks secret")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list tokens 2>/dev/null)" -- "$current")
      ;;
    "webhooks default")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(filmgate completions --list tokens 2>/dev/null)" -- "$current")
      ;;
    "sandbox")
      mapfile -t COMPREPLY < <(compgen -W "--port --delay --plugins --config --gateway --key --json --help" -- "$current")
      ;;
    "doctor")
      mapfile -t COMPREPLY < <(compgen -W "--plugins --config --gateway --key --json --help" -- "$current")
      ;;
    "completions")
      mapfile -t COMPREPLY < <(compgen -W "--list --gateway --key --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "bash zsh fish" -- "$current")
      ;;
    "help")
      mapfile -t COMPREPLY < <(compgen -W "--gateway --key --help" -- "$current")
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "exit-codes environment plugins config metrics" -- "$current")
      ;;
  esac
}
complete -F _filmgate filmgate
