using System.Net;
using System.Net.Sockets;
using QuicPair.Silo.Runners;
using QuicPair.Silo.Runners.Ollama;
using QuicPair.Silo.Runners.OpenAi;

namespace QuicPair.Silo.Tests.Runners;

public sealed class RunnerNetworkTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("http://localhost:8080")]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://[::1]:8080")]
    [InlineData("http://10.0.0.7:8080")]
    [InlineData("http://172.31.0.7:8080")]
    [InlineData("http://192.168.1.2:1234/v1")]
    [InlineData("http://169.254.3.4")]
    [InlineData("http://[fe80::7]:8080")]
    [InlineData("http://[fd00::7]:8080")]
    [InlineData("http://[::ffff:192.168.1.2]:8080")]
    [InlineData("http://100.64.0.1:8080")]
    [InlineData("http://100.127.255.255:8080")]
    [InlineData("http://studio:8080")]
    [InlineData("http://Studio.local:8080")]
    [InlineData("http://studio.local.:8080")]
    [InlineData("http://studio.tail1234.ts.net")]
    [InlineData("http://host.docker.internal:8080")]
    [InlineData("http://gpu.home.arpa")]
    [InlineData("http://gpu.lan")]
    public void A_runner_of_ones_own_is_no_cloud(string runner) => Assert.False(RunnerNetwork.IsCloud(new Uri(runner)));

    [Theory]
    [InlineData("https://api.openai.com")]
    [InlineData("https://api.openai.com/v1")]
    [InlineData("https://ollama.com")]
    [InlineData("http://203.0.113.7:8080")]
    [InlineData("http://172.32.0.1")]
    [InlineData("http://100.128.0.1")]
    [InlineData("http://134744072")]
    [InlineData("http://[2001:db8::7]:8080")]
    [InlineData("http://[::ffff:203.0.113.7]:8080")]
    [InlineData("http://local.example.org")]
    [InlineData("http://notlocal.example")]
    public void A_public_address_and_a_name_of_the_Internet_are_a_cloud(string runner) =>
        Assert.True(RunnerNetwork.IsCloud(new Uri(runner)));

    [Theory]
    [InlineData("openai")]
    [InlineData("ollama")]
    public async Task Models_of_a_runner_elsewhere_are_in_a_cloud_and_refused_where_none_is_used(string kind)
    {
        await using var openAi = await FakeOpenAi.Start(FakeOpenAi.Events());
        await using var ollama = await FakeOllama.Start(
            FakeOllama.Lines(), FakeOllama.Models(FakeOllama.Model("m")));
        var elsewhere = new Uri("http://models.example.org");
        using IFindableRunner runner = kind == "openai"
            ? new OpenAiRunner(elsewhere, "", TimeProvider.System, LeadingTo(openAi.Address))
            : new OllamaRunner(elsewhere, LeadingTo(ollama.Address));

        var model = Assert.Single(await runner.List(Cancellation));
        var local = new ModelCatalog(runner, new RunnerOptions { CloudModels = false });
        var refusal = await Assert.ThrowsAsync<RunnerException>(() => local.Find("m", null, Cancellation));

        Assert.Equal(("m", true, "http://models.example.org"), (model.Name, model.Remote, model.RemoteHost));
        Assert.Equal(RunnerFault.NotAllowed, refusal.Fault);
        Assert.Empty(local.Usable(local.Models, null));
        Assert.Equal("m", (await new ModelCatalog(runner, new RunnerOptions()).Find("m", null, Cancellation)).Name);
    }

    /// <summary>A network in which every name means that server.</summary>
    private static SocketsHttpHandler LeadingTo(Uri server)
    {
        var network = RunnerNetwork.Open();
        network.ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, server.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        };
        return network;
    }
}
