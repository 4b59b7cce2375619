using System.Net;
using System.Net.WebSockets;
using System.Text;
using Endoscope.Testing.ApiServer;

namespace Endoscope.Kubernetes.Tests.Exec;

public class ExecTests
{
    [Fact]
    public async Task CarriesInputOutputErrorsAndTheExitCode()
    {
        await using var server = await StartAsync();
        server.OnExec(async (call, token) =>
        {
            var input = new byte[5];
            await call.Input.ReadExactlyAsync(input, token);
            await call.Output.WriteAsync(input, token);
            await call.Error.WriteAsync("trouble"u8.ToArray(), token);
            await call.ExitAsync(7);
        });
        using var cluster = server.Connect();

        await using var session = await cluster.ExecAsync("cat");
        await session.Input.WriteAsync("hello"u8.ToArray(), Connecting.Cancelled);
        Assert.Null(session.Status);
        var output = await session.Output.ReadAllAsync();

        Assert.Equal("hello", Encoding.UTF8.GetString(output));
        Assert.Equal("trouble", session.ErrorText);
        Assert.Equal(7, session.Status!.ExitCode);
        Assert.Equal(0, await session.Output.ReadAsync(new byte[1], Connecting.Cancelled));
    }

    [Fact]
    public async Task PassesTheCommandOnWordForWord()
    {
        await using var server = await StartAsync();
        IReadOnlyList<string>? received = null;
        server.OnExec((call, _) =>
        {
            received = call.Command;
            return call.ExitAsync(0);
        });
        using var cluster = server.Connect();

        await using var session = await cluster.ExecAsync("sh", "-c", "echo $X & 'y' \"ü\" \n%41+?#", "");
        await session.Output.ReadAllAsync();

        Assert.Equal(["sh", "-c", "echo $X & 'y' \"ü\" \n%41+?#", ""], received);
    }

    [Fact]
    public async Task TakesOverAnIdleConnection()
    {
        await using var server = await StartAsync();
        using var cluster = server.Connect();

        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);
        await using var session = await cluster.ExecAsync("true");
        await session.Output.ReadAllAsync();

        Assert.Single(server.Requests.Select(request => request.ConnectionId).Distinct());
    }

    [Fact]
    public async Task EndsTheInputAloneWhereTheProtocolCan()
    {
        await using var server = await StartAsync();
        server.OnExec(async (call, token) =>
        {
            var all = new MemoryStream();
            await call.Input.CopyToAsync(all, token);
            await call.Output.WriteAsync(Encoding.UTF8.GetBytes($"{call.Protocol} {all.Length}"), token);
        });
        using var cluster = server.Connect();

        await using var session = await cluster.ExecAsync("wc", "-c");
        await session.Input.WriteAsync(new byte[100_000], Connecting.Cancelled);
        await session.Input.DisposeAsync();

        Assert.Equal("v5.channel.k8s.io 100000", Encoding.UTF8.GetString(await session.Output.ReadAllAsync()));
    }

    [Fact]
    public async Task LeavesTheInputOpenWhereTheProtocolCannotEndIt()
    {
        await using var server = await StartAsync();
        server.ExecProtocols = ["v4.channel.k8s.io"];
        server.OnExec(async (call, token) =>
        {
            var buffer = new byte[10];
            var first = await call.Input.ReadAsync(buffer, token);
            var second = call.Input.ReadAsync(buffer, token).AsTask();
            var ended = await Task.WhenAny(second, Task.Delay(300, token)) == second;
            await call.Output.WriteAsync(Encoding.UTF8.GetBytes($"{call.Protocol} {first} {ended}"), token);
        });
        using var cluster = server.Connect();

        await using var session = await cluster.ExecAsync("cat");
        await session.Input.WriteAsync("hi"u8.ToArray(), Connecting.Cancelled);
        await session.Input.DisposeAsync();

        Assert.Equal("v4.channel.k8s.io 2 False", Encoding.UTF8.GetString(await session.Output.ReadAllAsync()));
        Assert.Equal(0, session.Status!.ExitCode);
    }

    [Fact]
    public async Task SaysThatACommandCouldNotBeRun()
    {
        await using var server = await StartAsync();
        server.OnExec((call, _) => call.FailAsync("exec: \"nope\": executable file not found in $PATH"));
        using var cluster = server.Connect();

        await using var session = await cluster.ExecAsync("nope");
        await session.Output.ReadAllAsync();

        Assert.Equal(new ExecStatus(null, "exec: \"nope\": executable file not found in $PATH"), session.Status);
    }

    [Fact]
    public async Task TakesAConnectionThatIsCutForLost()
    {
        await using var server = await StartAsync();
        server.OnExec(async (call, token) =>
        {
            await call.Output.WriteAsync("some"u8.ToArray(), token);
            await call.Input.ReadExactlyAsync(new byte[1], token);
            call.Cut();
        });
        using var cluster = server.Connect();

        await using var session = await cluster.ExecAsync("cat");
        await session.Input.WriteAsync("!"u8.ToArray(), Connecting.Cancelled);
        await Assert.ThrowsAsync<ConnectionLostException>(() => session.Output.ReadAllAsync());

        Assert.Null(session.Status);
        await Assert.ThrowsAsync<ConnectionLostException>(() => session.Output.ReadAllAsync());
    }

    [Fact]
    public async Task TakesAGoodbyeWithoutAStatusForLost()
    {
        await using var server = await StartAsync();
        server.OnExec((call, _) => call.CloseWithoutStatusAsync(WebSocketCloseStatus.InternalServerError, "kubelet went away"));
        using var cluster = server.Connect();

        await using var session = await cluster.ExecAsync("cat");
        var e = await Assert.ThrowsAsync<ConnectionLostException>(() => session.Output.ReadAllAsync());

        Assert.Equal("the server closed the connection before the command had ended (code 1011, kubelet went away)", e.Message);
    }

    [Fact]
    public async Task NamesThePermissionThatTheUpgradeLacks()
    {
        await using var server = await StartAsync();
        const string Message = "pods \"web\" is forbidden: User \"jane\" cannot create resource \"pods/exec\" in API group \"\" in the namespace \"default\"";
        server.Answer(request => request.Path.EndsWith("/exec", StringComparison.Ordinal) ? ScriptedAnswer.Failure(403, "Forbidden", Message) : null);
        using var cluster = server.Connect();

        var e = await Assert.ThrowsAsync<ApiStatusException>(() => cluster.ExecAsync("true"));

        Assert.Equal((HttpStatusCode.Forbidden, Message), (e.Code, e.Message));
        Assert.Equal("the permission 'create pods/exec' is missing: kubectl auth can-i create pods/exec -n default", e.Hint);
    }

    [Fact]
    public async Task SaysThatAServerDoesNotSpeakWebSockets()
    {
        await using var server = await StartAsync();
        server.Answer(_ => new ScriptedAnswer(200, "<html>welcome</html>"));
        using var cluster = server.Connect();

        var e = await Assert.ThrowsAsync<ClusterException>(() => cluster.ExecAsync("true"));

        Assert.Equal($"{server.Address.Authority} does not speak WebSockets for exec (it answered 200)", e.Message);
    }

    [Fact]
    public async Task PassesOnWhyTheUpgradeFailed()
    {
        await using var server = await StartAsync();
        server.ExecProtocols = [];
        using var cluster = server.Connect();

        var e = await Assert.ThrowsAsync<ApiStatusException>(() => cluster.ExecAsync("true"));

        Assert.Equal("unable to upgrade: no common protocol", e.Message);
    }

    [Fact]
    public async Task KeepsTheBeginningOfTheErrors()
    {
        await using var server = await StartAsync();
        server.OnExec(async (call, token) =>
        {
            for (var i = 0; i < 100; i++)
            {
                await call.Error.WriteAsync(Encoding.ASCII.GetBytes(new string((char)('a' + (i % 26)), 1000)), token);
            }
        });
        using var cluster = server.Connect();

        await using var session = await cluster.ExecAsync("noise");
        await session.Output.ReadAllAsync();

        Assert.Equal(8192, session.ErrorText.Length);
        Assert.StartsWith("aaaa", session.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendsMuchInputWholeAndInOrder()
    {
        await using var server = await StartAsync();
        var received = new MemoryStream();
        server.OnExec((call, token) => call.Input.CopyToAsync(received, token));
        using var cluster = server.Connect();
        var sent = new byte[5_000_003];
        new Random(1).NextBytes(sent);

        await using var session = await cluster.ExecAsync("cat");
        await session.Input.WriteAsync(sent, Connecting.Cancelled);
        await session.Input.DisposeAsync();
        await session.Output.ReadAllAsync();

        Assert.True(received.ToArray().AsSpan().SequenceEqual(sent));
    }

    [Fact]
    public async Task GoesOnReadingAfterAReadThatWasGivenUp()
    {
        await using var server = await StartAsync();
        var go = new TaskCompletionSource();
        server.OnExec(async (call, token) =>
        {
            await go.Task;
            await call.Output.WriteAsync("late"u8.ToArray(), token);
        });
        using var cluster = server.Connect();

        await using var session = await cluster.ExecAsync("sleep");
        using (var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(100)))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.Output.ReadAsync(new byte[10], impatient.Token).AsTask());
        }

        go.SetResult();

        Assert.Equal("late", Encoding.UTF8.GetString(await session.Output.ReadAllAsync()));
    }

    [Fact]
    public async Task EndsTheRemoteSideWhenItIsLeft()
    {
        await using var server = await StartAsync();
        var ended = new TaskCompletionSource();
        server.OnExec(async (call, _) =>
        {
            await call.Input.CopyToAsync(Stream.Null, CancellationToken.None);
            ended.SetResult();
        });
        using var cluster = server.Connect();

        await using (await cluster.ExecAsync("cat"))
        {
            Assert.False(ended.Task.IsCompleted);
        }

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10), Connecting.Cancelled);
    }

    private static async Task<TestApiServer> StartAsync()
    {
        var server = await TestApiServer.StartAsync();
        server.Pods.AddRunning("default", "web");
        return server;
    }
}
