using Endoscope.Cli;
using Endoscope.Kubernetes;
using Endoscope.Terminal;

using var signals = new StopSignals();
var context = new CommandContext(
    SystemTerminal.Open(), TimeProvider.System, Environment.GetEnvironmentVariable, options => Cluster.Connect(options, ConnectionEnvironment.Current));
return await ScopeProgram.RunAsync(args, context, () => signals.ExitCode, signals.Stop);
