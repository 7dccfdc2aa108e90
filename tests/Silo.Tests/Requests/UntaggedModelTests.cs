using QuicPair.Silo.Keys;
using QuicPair.Silo.Runners;
using QuicPair.Silo.Tests.Phones;

namespace QuicPair.Silo.Tests.Requests;

/// <summary>What an owner or a phone says without a tag means the model tagged latest, as in Ollama.</summary>
public sealed class UntaggedModelTests : IDisposable
{
    private readonly SessionDesk _desk = new(new RunnerOptions { Model = "q" });

    public UntaggedModelTests() => _desk.Runner.Models.Add(new ModelCard("q:latest", 2, false, Remote: false, []));

    public void Dispose() => _desk.Dispose();

    [Fact]
    public async Task The_default_model_may_be_configured_without_its_tag()
    {
        using var phone = await Connect(DeviceRights.Default);

        await phone.Send("""{"op":"chat","id":"c1","prompt":"hi"}""");

        Assert.Equal("q:latest", (await _desk.Runner.Begun()).Chat.Model);
    }

    [Fact]
    public async Task The_exact_name_goes_before_the_one_that_is_tagged_latest()
    {
        _desk.Runner.Models.Add(new ModelCard("q", 2, false, Remote: false, []));
        using var phone = await Connect(DeviceRights.Default);

        await phone.Send("""{"op":"chat","id":"c1","prompt":"hi"}""");

        Assert.Equal("q", (await _desk.Runner.Begun()).Chat.Model);
    }

    [Fact]
    public async Task The_default_model_is_for_a_device_that_may_use_it_by_its_whole_name()
    {
        using var phone = await Connect(new DeviceRights { Models = ["m", "q:latest"] });

        await phone.Send("""{"op":"chat","id":"c1","prompt":"hi"}""");

        Assert.Equal("q:latest", (await _desk.Runner.Begun()).Chat.Model);
    }

    [Fact]
    public async Task The_default_model_is_asked_also_where_it_came_after_the_list()
    {
        var latest = _desk.Runner.Models[^1];
        _desk.Runner.Models.Remove(latest);
        using var phone = await Connect(new DeviceRights { Models = ["m", "q:latest"] });
        await phone.Send("""{"op":"models"}""");
        Assert.Contains("\"name\":\"m\"", await phone.Next(), StringComparison.Ordinal);
        _desk.Runner.Models.Add(latest);

        await phone.Send("""{"op":"chat","id":"c1","prompt":"hi"}""");

        Assert.Equal("q:latest", (await _desk.Runner.Begun()).Chat.Model);
    }

    [Fact]
    public async Task A_device_may_use_and_see_the_model_that_its_list_names_without_the_tag()
    {
        using var phone = await Connect(new DeviceRights { Models = ["q"] });

        await phone.Send("""{"op":"models"}""");
        Assert.Equal(
            """{"op":"models","models":[{"name":"q:latest","size":2,"loaded":false,"remote":false,"""
            + "\"capabilities\":[]}]}",
            await phone.Next());
        await phone.Send("""{"op":"chat","id":"c1","model":"q:latest","prompt":"hi"}""");
        Assert.Equal("q:latest", (await _desk.Runner.Begun()).Chat.Model);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("q")]
    [InlineData("q:latest")]
    public async Task A_chat_may_leave_the_tag_out_whichever_way_the_list_names_the_model(string allowed)
    {
        using var phone = await Connect(new DeviceRights { Models = [allowed] });

        await phone.Send("""{"op":"chat","id":"c1","model":"q","prompt":"hi"}""");

        Assert.Equal("q:latest", (await _desk.Runner.Begun()).Chat.Model);
    }

    [Theory]
    [InlineData("""{"op":"show","id":"r1","model":"q"}""", "show q:latest")]
    [InlineData("""{"op":"load","id":"r1","model":"q"}""", "load q:latest")]
    [InlineData("""{"op":"unload","id":"r1","model":"q"}""", "unload q:latest")]
    [InlineData("""{"op":"embed","id":"r1","model":"q","input":["a"]}""", "embed q:latest")]
    public async Task A_request_may_leave_the_tag_out_and_the_reply_has_the_whole_name(string request, string asked)
    {
        using var phone = await Connect(new DeviceRights { Models = ["q:latest"] });

        await phone.Send(request);

        Assert.Contains("\"id\":\"r1\",\"model\":\"q:latest\"", await phone.Next(), StringComparison.Ordinal);
        Assert.Equal([asked], _desk.Runner.Asked);
    }

    [Fact]
    public async Task A_name_that_means_a_model_outside_the_list_is_refused_though_its_other_meaning_is_allowed()
    {
        _desk.Runner.Models.Add(new ModelCard("q", 2, false, Remote: false, []));
        using var phone = await Connect(new DeviceRights { Models = ["q:latest"] });

        await phone.Send("""{"op":"chat","id":"c1","model":"q","prompt":"hi"}""");
        Assert.StartsWith(
            """{"op":"error","id":"c1","seq":1,"code":"not_allowed",""", await phone.Next(),
            StringComparison.Ordinal);
        await phone.Send("""{"op":"show","id":"r1","model":"q"}""");
        Assert.StartsWith(
            """{"op":"error","id":"r1","for":"show","code":"not_allowed",""", await phone.Next(),
            StringComparison.Ordinal);
        Assert.False(_desk.Runner.HasBegun);
        Assert.Empty(_desk.Runner.Asked);
    }

    [Theory]
    [InlineData("q", "q:7b")]
    [InlineData("q:7b", "q:7b:latest")]
    [InlineData("host:5000/q:7b", "host:5000/q:7b:latest")]
    public async Task No_other_tag_is_meant(string named, string asked)
    {
        using var phone = await Connect(new DeviceRights { Models = [named] });

        await phone.Send($$"""{"op":"chat","id":"c1","model":"{{asked}}","prompt":"hi"}""");

        Assert.Contains("\"code\":\"not_allowed\"", await phone.Next(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_of_a_registry_is_no_tag() =>
        Assert.True(new DeviceRights { Models = ["host:5000/q"] }.MayUse("host:5000/q:latest"));

    private async Task<TestPhone> Connect(DeviceRights rights)
    {
        var record = _desk.Pair();
        _desk.Keys.Change(record.Id, stored => stored with { Rights = rights });
        return await _desk.ConnectPaired(record);
    }
}
