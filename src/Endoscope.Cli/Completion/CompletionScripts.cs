namespace Endoscope.Cli.Completion;

/// <summary>What makes a shell ask scope for suggestions. Each script asks in one way: <c>scope [suggest] "THE LINE UP TO THE CURSOR"</c>.</summary>
internal static class CompletionScripts
{
    /// <summary>The shells there are scripts for; <c>kubectl</c> is the program by which it completes its plugin.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish", "powershell", "kubectl"];

    /// <summary>The script for one of them.</summary>
    public static string For(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        "powershell" => PowerShell,
        "kubectl" => Kubectl,
        _ => throw new ArgumentOutOfRangeException(nameof(shell), shell, null),
    };

    // Also for bash 3.2, which macOS has. It replaces only what follows the last = of a word.
    private const string Bash =
        """
        # bash completion for scope: source <(scope completion bash)
        _scope() {
            local line=${COMP_LINE:0:COMP_POINT} one word
            word=${line##*[[:space:]]}
            case $COMP_WORDBREAKS in
                *=*) word=${word%"${word##*=}"} ;;
                *) word= ;;
            esac
            COMPREPLY=()
            while IFS= read -r one; do
                COMPREPLY+=("${one#"$word"}")
            done < <(scope '[suggest]' "$line" </dev/null 2>/dev/null)
        }
        complete -o default -F _scope scope

        """;

    private const string Zsh =
        """
        #compdef scope
        # zsh completion for scope: source <(scope completion zsh), or as a file _scope in a directory of $fpath
        _scope() {
            local -a found
            found=("${(@f)$(scope '[suggest]' "${(j: :)words[1,CURRENT-1]} $PREFIX" </dev/null 2>/dev/null)}")
            if [[ -n $found ]]; then compadd -- $found; else _files; fi
        }
        if [[ $funcstack[1] == _scope ]]; then _scope; else compdef _scope scope; fi

        """;

    private const string Fish =
        """
        # fish completion for scope: scope completion fish | source
        function __scope_suggest
            set -l found (scope '[suggest]' (commandline -cp | string collect) </dev/null 2>/dev/null)
            if set -q found[1]
                printf '%s\n' $found
            else
                __fish_complete_path (commandline -ct)
            end
        end
        complete -c scope -f -a '(__scope_suggest)'

        """;

    private const string PowerShell =
        """
        # PowerShell completion for scope: scope completion powershell | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName scope -ScriptBlock {
            param($word, $ast, $position)
            $line = $ast.ToString().PadRight($position - $ast.Extent.StartOffset).Substring(0, $position - $ast.Extent.StartOffset)
            scope '[suggest]' $line 2>$null | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }

        """;

    private const string Kubectl =
        """
        #!/bin/sh
        # kubectl completes its plugin scope by this program: kubectl_complete-scope, executable, in a directory of $PATH
        exec kubectl-scope '[suggest]' "scope $*" </dev/null 2>/dev/null

        """;
}
