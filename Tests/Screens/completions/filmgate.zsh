#compdef filmgate
# zsh completion for filmgate; save as _filmgate in a folder of $fpath, or load with: source <(filmgate completions zsh)
_filmgate() {
  local curcontext="$curcontext" state line
  local -a commands=('generate:Generate a clip\: show the price, submit, wait, save.' 'jobs:List jobs, newest first.' 'show:Show one job\: state, request, price, fields, history.' 'wait:Wait for a job and save its clip.' 'get:Save the clip of a finished job; looks once, does not wait.' 'cancel:Cancel a job, and say whether it was still possible.' 'settle:Say what became of a job whose outcome is unknown.' 'again:Submit a job'\''s request once more, as a new job, with what is given here changed.' 'models:List models, or show what one accepts.' 'plugins:List plugins, or show one.' 'keys:Set, list, test or remove the providers'\'' credentials.' 'config:Show the configuration in force, or where its files are.' 'serve:Serve every account over HTTP, in five wire formats.' 'tokens:Make, list, show or revoke the keys of a gateway'\''s callers.' 'webhooks:See and resend what a gateway tells its callers'\'' servers.' 'sandbox:Serve a stand-in for every provider on this machine.' 'doctor:Check this machine\: jail, plugins, keys, database, renderer.' 'completions:Print a completion script for a shell.' 'help:Show help on a command or a topic.')
  _arguments -C '--version[Show the version and exit]' \
    '(-m --model)-m+[The model; `filmgate models` lists them]:MODEL:( $(filmgate completions --list models 2>/dev/null) )' \
    '(-m --model)--model=[The model; `filmgate models` lists them]:MODEL:( $(filmgate completions --list models 2>/dev/null) )' \
    '--request=[Take the whole request from a JSON file; other options override it]:FILE:_files' \
    '*--image=[An image to start from\: the first frame, or one of several references]:FILE:_files' \
    '--last=[The image to end with]:FILE:_files' \
    '*--ref=[A reference image, video or sound, in the order the prompt counts them]:FILE\[\:ROLE\]:_files' \
    '--video=[The video to change or to continue]:FILE:_files' \
    '(-s --seconds)-s+[How long the clip is; auto lets the model choose]:N: ' \
    '(-s --seconds)--seconds=[How long the clip is; auto lets the model choose]:N: ' \
    '--ratio=[Such as 16\:9, or adaptive]:W\:H: ' \
    '--resolution=[Such as 720p]:NAME: ' \
    '--size=[Exact pixels, such as 1280x720]:WxH: ' \
    '--fps=[Frames per second]:N: ' \
    '--seed=[For similar results again]:N: ' \
    '(--audio --no-audio)--audio[With or without sound]' \
    '(--audio --no-audio)--no-audio[With or without sound]' \
    '(--watermark --no-watermark)--watermark[With or without the provider'\''s mark]' \
    '(--watermark --no-watermark)--no-watermark[With or without the provider'\''s mark]' \
    '--negative=[What the clip should not show]:TEXT: ' \
    '*--shot=[One of several shots, in order, with its seconds]:\[N\:\]TEXT: ' \
    '*--option=[An option by the provider'\''s own name]:NAME=VALUE: ' \
    '*-o+[Where to save, - for stdout, or NAME=VALUE; {id} and {model} are filled in]:PATH:_files' \
    '*--out=[Where to save, - for stdout, or NAME=VALUE; {id} and {model} are filled in]:PATH:_files' \
    '(-O --output)-O+[Where to save, whatever the path looks like]:PATH:_files' \
    '(-O --output)--output=[Where to save, whatever the path looks like]:PATH:_files' \
    '--overwrite[Replace an existing file]' \
    '--dry-run[Show the exact request, the price and what becomes of each field; buy nothing]' \
    '--max-cost=[Refuse when it may cost more, such as 1.50 or 1.50USD]:AMOUNT: ' \
    '--lenient[Leave out what the model cannot use, with a warning, instead of refusing]' \
    '--sandbox[Drive the real plugin against a local stand-in\: no account, no cost]' \
    '--account=[Use this account]:NAME: ' \
    '--profile=[Use the plugin'\''s profile of this name]:NAME: ' \
    '--no-wait[Submit and return the job'\''s id]' \
    '--timeout=[Stop waiting after this long, such as 20m; the job goes on]:TIME: ' \
    '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' '1: :->command' '*:: :->rest'
  case $state in
  command) _describe command commands ;;
  rest)
    if (( $+functions[_filmgate_${words[1]}] )); then
      _filmgate_${words[1]}
    else
      _filmgate_generate
    fi
    ;;
  esac
}
_filmgate_generate() {
  _arguments -s '(-m --model)-m+[The model; `filmgate models` lists them]:MODEL:( $(filmgate completions --list models 2>/dev/null) )' \
    '(-m --model)--model=[The model; `filmgate models` lists them]:MODEL:( $(filmgate completions --list models 2>/dev/null) )' \
    '--request=[Take the whole request from a JSON file; other options override it]:FILE:_files' \
    '*--image=[An image to start from\: the first frame, or one of several references]:FILE:_files' \
    '--last=[The image to end with]:FILE:_files' \
    '*--ref=[A reference image, video or sound, in the order the prompt counts them]:FILE\[\:ROLE\]:_files' \
    '--video=[The video to change or to continue]:FILE:_files' \
    '(-s --seconds)-s+[How long the clip is; auto lets the model choose]:N: ' \
    '(-s --seconds)--seconds=[How long the clip is; auto lets the model choose]:N: ' \
    '--ratio=[Such as 16\:9, or adaptive]:W\:H: ' \
    '--resolution=[Such as 720p]:NAME: ' \
    '--size=[Exact pixels, such as 1280x720]:WxH: ' \
    '--fps=[Frames per second]:N: ' \
    '--seed=[For similar results again]:N: ' \
    '(--audio --no-audio)--audio[With or without sound]' \
    '(--audio --no-audio)--no-audio[With or without sound]' \
    '(--watermark --no-watermark)--watermark[With or without the provider'\''s mark]' \
    '(--watermark --no-watermark)--no-watermark[With or without the provider'\''s mark]' \
    '--negative=[What the clip should not show]:TEXT: ' \
    '*--shot=[One of several shots, in order, with its seconds]:\[N\:\]TEXT: ' \
    '*--option=[An option by the provider'\''s own name]:NAME=VALUE: ' \
    '*-o+[Where to save, - for stdout, or NAME=VALUE; {id} and {model} are filled in]:PATH:_files' \
    '*--out=[Where to save, - for stdout, or NAME=VALUE; {id} and {model} are filled in]:PATH:_files' \
    '(-O --output)-O+[Where to save, whatever the path looks like]:PATH:_files' \
    '(-O --output)--output=[Where to save, whatever the path looks like]:PATH:_files' \
    '--overwrite[Replace an existing file]' \
    '--dry-run[Show the exact request, the price and what becomes of each field; buy nothing]' \
    '--max-cost=[Refuse when it may cost more, such as 1.50 or 1.50USD]:AMOUNT: ' \
    '--lenient[Leave out what the model cannot use, with a warning, instead of refusing]' \
    '--sandbox[Drive the real plugin against a local stand-in\: no account, no cost]' \
    '--account=[Use this account]:NAME: ' \
    '--profile=[Use the plugin'\''s profile of this name]:NAME: ' \
    '--no-wait[Submit and return the job'\''s id]' \
    '--timeout=[Stop waiting after this long, such as 20m; the job goes on]:TIME: ' \
    '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':PROMPT: '
}
_filmgate_jobs() {
  _arguments -s '(-n --limit)-n+[At most this many; 20 unless given]:N: ' \
    '(-n --limit)--limit=[At most this many; 20 unless given]:N: ' \
    '--state=[Only jobs in this state]:STATE:(queued submitting running unknown succeeded failed cancelled expired)' \
    '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]'
}
_filmgate_show() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':JOB:( $(filmgate completions --list jobs 2>/dev/null) )'
}
_filmgate_wait() {
  _arguments -s '(-o --output)-o+[Where to save; - for stdout; {id} and {model} are filled in]:PATH:_files' \
    '(-o --output)--output=[Where to save; - for stdout; {id} and {model} are filled in]:PATH:_files' \
    '--overwrite[Replace an existing file]' \
    '--timeout=[Stop waiting after this long, such as 20m; the job goes on]:TIME: ' \
    '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':JOB:( $(filmgate completions --list jobs 2>/dev/null) )'
}
_filmgate_get() {
  _arguments -s '(-o --output)-o+[Where to save; - for stdout; {id} and {model} are filled in]:PATH:_files' \
    '(-o --output)--output=[Where to save; - for stdout; {id} and {model} are filled in]:PATH:_files' \
    '--overwrite[Replace an existing file]' \
    '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':JOB:( $(filmgate completions --list jobs 2>/dev/null) )'
}
_filmgate_cancel() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':JOB:( $(filmgate completions --list jobs 2>/dev/null) )'
}
_filmgate_settle() {
  _arguments -s '--upstream-id=[The provider has it under this id]:ID: ' \
    '--not-bought[It is not there\: the job has failed and cost nothing, and its caller'\''s budget is free of it]' \
    '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':JOB:( $(filmgate completions --list jobs 2>/dev/null) )'
}
_filmgate_again() {
  _arguments -s '(-m --model)-m+[The model; `filmgate models` lists them]:MODEL:( $(filmgate completions --list models 2>/dev/null) )' \
    '(-m --model)--model=[The model; `filmgate models` lists them]:MODEL:( $(filmgate completions --list models 2>/dev/null) )' \
    '(-s --seconds)-s+[How long the clip is; auto lets the model choose]:N: ' \
    '(-s --seconds)--seconds=[How long the clip is; auto lets the model choose]:N: ' \
    '--ratio=[Such as 16\:9, or adaptive]:W\:H: ' \
    '--resolution=[Such as 720p]:NAME: ' \
    '--size=[Exact pixels, such as 1280x720]:WxH: ' \
    '--fps=[Frames per second]:N: ' \
    '--seed=[For similar results again]:N: ' \
    '(--audio --no-audio)--audio[With or without sound]' \
    '(--audio --no-audio)--no-audio[With or without sound]' \
    '(--watermark --no-watermark)--watermark[With or without the provider'\''s mark]' \
    '(--watermark --no-watermark)--no-watermark[With or without the provider'\''s mark]' \
    '--negative=[What the clip should not show]:TEXT: ' \
    '*--shot=[One of several shots, in order, with its seconds]:\[N\:\]TEXT: ' \
    '*--option=[An option by the provider'\''s own name]:NAME=VALUE: ' \
    '*-o+[Where to save, - for stdout, or NAME=VALUE; {id} and {model} are filled in]:PATH:_files' \
    '*--out=[Where to save, - for stdout, or NAME=VALUE; {id} and {model} are filled in]:PATH:_files' \
    '(-O --output)-O+[Where to save, whatever the path looks like]:PATH:_files' \
    '(-O --output)--output=[Where to save, whatever the path looks like]:PATH:_files' \
    '--overwrite[Replace an existing file]' \
    '--dry-run[Show the exact request, the price and what becomes of each field; buy nothing]' \
    '--max-cost=[Refuse when it may cost more, such as 1.50 or 1.50USD]:AMOUNT: ' \
    '--lenient[Leave out what the model cannot use, with a warning, instead of refusing]' \
    '--sandbox[Drive the real plugin against a local stand-in\: no account, no cost]' \
    '--account=[Use this account]:NAME: ' \
    '--profile=[Use the plugin'\''s profile of this name]:NAME: ' \
    '--no-wait[Submit and return the job'\''s id]' \
    '--timeout=[Stop waiting after this long, such as 20m; the job goes on]:TIME: ' \
    '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':JOB:( $(filmgate completions --list jobs 2>/dev/null) )'
}
_filmgate_models() {
  local curcontext="$curcontext" state line
  local -a commands=('list:List every model of every plugin.' 'show:Show one model'\''s fields, limits, defaults and prices.' 'default:Show or set the model that is used without -m.')
  _arguments -C '--help[Show help]' '1: :->command' '*:: :->rest'
  case $state in
  command) _describe command commands ;;
  rest)
    if (( $+functions[_filmgate_models_${words[1]}] )); then
      _filmgate_models_${words[1]}
    else
      _message 'no such command'
    fi
    ;;
  esac
}
_filmgate_models_list() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]'
}
_filmgate_models_show() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':MODEL:( $(filmgate completions --list models 2>/dev/null) )'
}
_filmgate_models_default() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':MODEL:( $(filmgate completions --list models 2>/dev/null) )'
}
_filmgate_plugins() {
  local curcontext="$curcontext" state line
  local -a commands=('list:List every plugin file and its state.' 'show:Show one plugin\: file, hash, profiles, operations, models.')
  _arguments -C '--help[Show help]' '1: :->command' '*:: :->rest'
  case $state in
  command) _describe command commands ;;
  rest)
    if (( $+functions[_filmgate_plugins_${words[1]}] )); then
      _filmgate_plugins_${words[1]}
    else
      _message 'no such command'
    fi
    ;;
  esac
}
_filmgate_plugins_list() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]'
}
_filmgate_plugins_show() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':PLUGIN:( $(filmgate completions --list plugins 2>/dev/null) )'
}
_filmgate_keys() {
  local curcontext="$curcontext" state line
  local -a commands=('set:Store a credential; the value comes from standard input or a hidden prompt.' 'list:List which credentials are known, and from where.' 'test:Ask the provider whether it accepts the credentials; buys nothing.' 'remove:Forget stored credentials.')
  _arguments -C '--help[Show help]' '1: :->command' '*:: :->rest'
  case $state in
  command) _describe command commands ;;
  rest)
    if (( $+functions[_filmgate_keys_${words[1]}] )); then
      _filmgate_keys_${words[1]}
    else
      _message 'no such command'
    fi
    ;;
  esac
}
_filmgate_keys_set() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':PLUGIN:( $(filmgate completions --list plugins 2>/dev/null) )' \
    ':SECRET: '
}
_filmgate_keys_list() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]'
}
_filmgate_keys_test() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':PLUGIN:( $(filmgate completions --list plugins 2>/dev/null) )'
}
_filmgate_keys_remove() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':PLUGIN:( $(filmgate completions --list plugins 2>/dev/null) )' \
    ':SECRET: '
}
_filmgate_config() {
  local curcontext="$curcontext" state line
  local -a commands=('show:Show the configuration in force, without secrets.' 'path:Show where configuration, keys, jobs and plugins live.' 'check:Check the configuration file and say what is wrong, with line and column.')
  _arguments -C '--help[Show help]' '1: :->command' '*:: :->rest'
  case $state in
  command) _describe command commands ;;
  rest)
    if (( $+functions[_filmgate_config_${words[1]}] )); then
      _filmgate_config_${words[1]}
    else
      _message 'no such command'
    fi
    ;;
  esac
}
_filmgate_config_show() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]'
}
_filmgate_config_path() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]'
}
_filmgate_config_check() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':FILE:_files'
}
_filmgate_serve() {
  _arguments -s '--listen=[Where to listen; 127.0.0.1\:8080 unless configured]:ADDRESS\:PORT: ' \
    '--sandbox[Answer every model with stand-in clips; no account is needed]' \
    '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]'
}
_filmgate_tokens() {
  local curcontext="$curcontext" state line
  local -a commands=('create:Make a key and show it.' 'list:List the keys with their limits, and what they have spent.' 'show:Show one key.' 'revoke:Take a key'\''s rights, for good; jobs under way go on.')
  _arguments -C '--help[Show help]' '1: :->command' '*:: :->rest'
  case $state in
  command) _describe command commands ;;
  rest)
    if (( $+functions[_filmgate_tokens_${words[1]}] )); then
      _filmgate_tokens_${words[1]}
    else
      _message 'no such command'
    fi
    ;;
  esac
}
_filmgate_tokens_create() {
  _arguments -s '--models=[Only these models, separated by commas; * stands for any characters]:LIST:( $(filmgate completions --list models 2>/dev/null) )' \
    '--budget=[What all its jobs may cost, such as 20]:AMOUNT: ' \
    '--currency=[The budget'\''s currency, such as USD]:CODE: ' \
    '--parallel=[At most this many jobs at once, 1 to 10000]:N: ' \
    '--expires=[How long it works, such as 12h or 30d; for ever unless given]:TIME: ' \
    '--admin[It may also list, make and revoke keys through the gateway, and see to webhooks]' \
    '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':NAME: '
}
_filmgate_tokens_list() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]'
}
_filmgate_tokens_show() {
  _arguments -s '--secret[Show the secrets too]' \
    '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':ID:( $(filmgate completions --list tokens 2>/dev/null) )'
}
_filmgate_tokens_revoke() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':ID:( $(filmgate completions --list tokens 2>/dev/null) )'
}
_filmgate_webhooks() {
  local curcontext="$curcontext" state line
  local -a commands=('list:List webhooks, newest first.' 'show:Show one webhook with its attempts.' 'resend:Send one now, whatever became of it, and say what the server answers.' 'secret:Show the secret that a key'\''s webhooks are signed with.' 'default:Show or set where a key'\''s webhooks go when the request names no address.')
  _arguments -C '--help[Show help]' '1: :->command' '*:: :->rest'
  case $state in
  command) _describe command commands ;;
  rest)
    if (( $+functions[_filmgate_webhooks_${words[1]}] )); then
      _filmgate_webhooks_${words[1]}
    else
      _message 'no such command'
    fi
    ;;
  esac
}
_filmgate_webhooks_list() {
  _arguments -s '(-n --limit)-n+[At most this many; 20 unless given]:N: ' \
    '(-n --limit)--limit=[At most this many; 20 unless given]:N: ' \
    '--caller=[Only those of this caller'\''s key]:KEY:( $(filmgate completions --list tokens 2>/dev/null) )' \
    '--state=[Only webhooks in this state]:STATE:(pending delivered stopped abandoned)' \
    '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]'
}
_filmgate_webhooks_show() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':ID:( $(filmgate completions --list jobs 2>/dev/null) )'
}
_filmgate_webhooks_resend() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':ID:( $(filmgate completions --list jobs 2>/dev/null) )'
}
_filmgate_webhooks_secret() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':KEY:( $(filmgate completions --list tokens 2>/dev/null) )'
}
_filmgate_webhooks_default() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]' \
    ':KEY:( $(filmgate completions --list tokens 2>/dev/null) )' \
    ':URL: '
}
_filmgate_sandbox() {
  _arguments -s '--port=[The port; any free one unless given]:N: ' \
    '--delay=[How long a task takes; 2s unless given]:TIME: ' \
    '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]'
}
_filmgate_doctor() {
  _arguments -s '*--plugins=[Look for plugins here first; may be given several times]:DIR:_files -/' \
    '--config=[Use this configuration file]:FILE:_files' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--json[Write JSON\: results on stdout, one event per line]' \
    '--help[Show help]'
}
_filmgate_completions() {
  _arguments -s '--list=[Print the words that a script offers]:KIND:(models jobs plugins tokens)' \
    '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--help[Show help]' \
    ':SHELL:(bash zsh fish)'
}
_filmgate_help() {
  _arguments -s '--gateway=[Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too]:URL: ' \
    '--key=[The key for that gateway; better given as FILMGATE_KEY]:TOKEN: ' \
    '--help[Show help]' \
    '*:TOPIC:(exit-codes environment plugins config metrics)'
}
if [[ $funcstack[1] == _filmgate ]]; then _filmgate "$@"; else compdef _filmgate filmgate; fi
