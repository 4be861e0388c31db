/// The shells whose completion is known; each script asks the program itself what may follow, so that
/// it never is older than the commands.
enum Shell: String, CaseIterable {
  case bash, zsh, fish

  /// The word with which a script asks.
  static let question = "words"

  /// What the shell reads.
  var script: String {
    switch self {
    case .bash: Self.bashScript
    case .zsh: Self.zshScript
    case .fish: Self.fishScript
    }
  }

  private static let bashScript = #"""
    # Completion of purgehub in bash: source <(purgehub completions bash)
    _purgehub() {
      local program answer word current="${COMP_WORDS[COMP_CWORD]}"
      [ "$current" = "=" ] && current=""
      program="${BASH_ALIASES[$1]-$(printf %q "$1")}"
      answer="$(printf '%s\n' "${COMP_WORDS[@]:1:COMP_CWORD}" | eval "$program completions words" 2>/dev/null)"
      COMPREPLY=()
      case "$answer" in
        "") ;;
        :files) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
        :folders) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
        *) while IFS=$'\t' read -r word _; do COMPREPLY+=("$word"); done <<<"$answer" ;;
      esac
    }
    complete -F _purgehub purgehub
    """#

  private static let zshScript = #"""
    #compdef purgehub
    # Completion of purgehub in zsh: source <(purgehub completions zsh), after compinit
    _purgehub() {
      local program line
      local -a answer candidates
      program="${aliases[$words[1]]:-${(q)words[1]}}"
      answer=("${(@f)$(print -rl -- "${(@)words[2,CURRENT]}" | eval "$program completions words" 2>/dev/null)}")
      case "$answer[1]" in
        "") ;;
        :files) _files ;;
        :folders) _files -/ ;;
        *)
          for line in "${answer[@]}"; do
            candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
          done
          _describe -t purgehub purgehub candidates ;;
      esac
    }
    compdef _purgehub purgehub
    """#

  private static let fishScript = #"""
    # Completion of purgehub in fish: purgehub completions fish | source
    function __purgehub_complete
      set -l typed (commandline -opc)
      set -l current (commandline -ct)
      set -l answer (printf '%s\n' $typed[2..-1] "$current" | purgehub completions words 2>/dev/null)
      switch "$answer[1]"
        case ''
        case ':files'
          __fish_complete_path "$current"
        case ':folders'
          __fish_complete_directories "$current"
        case '*'
          printf '%s\n' $answer
      end
    end
    complete -c purgehub -f -a '(__purgehub_complete)'
    """#
}
