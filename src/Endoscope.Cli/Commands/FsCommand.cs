using System.CommandLine;
using Endoscope.Cli.Fs;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope fs</c>: the target's files, as the target sees them, volumes included; nothing is written to it.</summary>
internal sealed class FsCommand : Command
{
    public FsCommand(GlobalOptions globals, CommandContext context)
        : base("fs", "List, find and fetch files of the target, as it sees them, or say which layer or volume holds one")
    {
        Subcommands.Add(new FsListCommand(globals, context));
        Subcommands.Add(new FsFindCommand(globals, context));
        Subcommands.Add(new FsCatCommand(globals, context));
        Subcommands.Add(new FsGetCommand(globals, context));
        Subcommands.Add(new FsLayersCommand(globals, context));
    }
}
