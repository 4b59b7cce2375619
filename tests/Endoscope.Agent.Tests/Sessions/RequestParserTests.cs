using System.Text;
using System.Text.Json;
using Endoscope.Agent.Sessions;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Sessions;

public sealed class RequestParserTests
{
    private static readonly string Id = new('a', 64);

    [Fact]
    public void ReadsWhatAClientWrites()
    {
        var sent = new RunRequest
        {
            ContainerId = Id,
            Argv = ["tool", "a b", "", "\u001b'\"\\", "ü\U0001F600"],
            Namespaces = ["net", "uts"],
            Environment = new Dictionary<string, string> { ["A"] = "=b" },
            Terminal = new TerminalSize(80, 24),
        };

        var read = Assert.IsType<RunRequest>(Parse(JsonSerializer.Serialize(sent, ProtocolJson.Default.AgentRequest)));

        Assert.Equal(sent.Argv, read.Argv);
        Assert.Equal(sent.Namespaces, read.Namespaces);
        Assert.Equal(sent.Environment, read.Environment);
        Assert.Equal(sent.Terminal, read.Terminal);
    }

    [Fact]
    public void WhatIsLeftOutIsTheNetworkNamespaceNoVariablesAndNoTerminal()
    {
        var run = Assert.IsType<RunRequest>(Parse($$"""{"verb":"run","version":2,"containerId":"{{Id}}","argv":["x"]}"""));

        Assert.Equal(["net"], run.Namespaces);
        Assert.Empty(run.Environment);
        Assert.Null(run.Terminal);
    }

    [Fact]
    public void ANewerClientMaySayMore() =>
        Assert.IsType<ListProcessesRequest>(Parse($$"""{"verb":"list-processes","version":2,"containerId":"{{Id}}","colour":"red"}"""));

    [Theory]
    [InlineData("""{"verb":"list-processes","version":3,"containerId":"ID"}""")]
    [InlineData("""{"verb":"list-processes","containerId":"ID"}""")]
    [InlineData("""{"verb":"list-processes","version":2,"containerId":"../../etc"}""")]
    [InlineData("""{"verb":"list-processes","version":2,"containerId":""}""")]
    [InlineData("""{"verb":"run","version":2,"containerId":"ID","argv":[]}""")]
    [InlineData("""{"verb":"run","version":2,"containerId":"ID","argv":[""]}""")]
    [InlineData("""{"verb":"run","version":2,"containerId":"ID","argv":["a",null]}""")]
    [InlineData("""{"verb":"run","version":2,"containerId":"ID","argv":["a\u0000b"]}""")]
    [InlineData("""{"verb":"run","version":2,"containerId":"ID","argv":["a"],"environment":{"":"x"}}""")]
    [InlineData("""{"verb":"run","version":2,"containerId":"ID","argv":["a"],"environment":{"A=B":"x"}}""")]
    [InlineData("""{"verb":"run","version":2,"containerId":"ID","argv":["a"],"environment":{"A":"\u0000"}}""")]
    [InlineData("""{"verb":"run","version":2,"containerId":"ID","argv":["a"],"environment":{"A":null}}""")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"verb":"reboot","version":2,"containerId":"ID"}""")]
    [InlineData("""{"verb":"run","version":2,"containerId":"ID"}""")]
    [InlineData("""{"verb":"run","version":2,"containerId":"ID","argv":null}""")]
    [InlineData("""{"verb":"run","version":2,"containerId":"ID","argv":["a"],"terminal":{"columns":70000,"rows":1}}""")]
    public void RefusesWhatCannotBeDone(string json) =>
        Assert.Equal(AgentErrorCode.Protocol, Assert.Throws<AgentException>(() => Parse(json)).Error.Code);

    [Fact]
    public void RefusesAnotherFirstFrame() =>
        Assert.Throws<AgentException>(() => RequestParser.Parse(FrameType.Input, "{}"u8));

    private static AgentRequest Parse(string json) =>
        RequestParser.Parse(FrameType.Request, Encoding.UTF8.GetBytes(json.Replace("\"ID\"", $"\"{Id}\"", StringComparison.Ordinal))).Request;
}
