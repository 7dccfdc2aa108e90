using QuicPair.Silo.Runners;
using QuicPair.Silo.Tests.Phones;

namespace QuicPair.Silo.Tests.Requests;

public sealed class ModelRequestTests : IDisposable
{
    private readonly SessionDesk _desk = new(new RunnerOptions { Pull = { "qwen2.5:*" }, CloudModels = false });

    public ModelRequestTests() => _desk.Runner.Models.Add(new ModelCard("cloud", 2, false, Remote: true, []));

    public void Dispose() => _desk.Dispose();

    [Theory]
    [InlineData("""{"op":"show","id":"r1","model":"m"}""",
        """{"op":"show","id":"r1","model":"m","size":1,"remote":false,"capabilities":[],"""
        + "\"details\":{\"family\":\"scripted\"}}")]
    [InlineData("""{"op":"load","id":"r1"}""", """{"op":"loaded","id":"r1","model":"m"}""")]
    [InlineData("""{"op":"unload","id":"r1","model":"m"}""", """{"op":"unloaded","id":"r1","model":"m"}""")]
    [InlineData("""{"op":"running","id":"r1"}""", """{"op":"running","id":"r1","models":[{"name":"m"}]}""")]
    [InlineData("""{"op":"embed","id":"r1","model":"m","input":["a"],"dimensions":1}""",
        """{"op":"embeddings","id":"r1","model":"m","embeddings":["AACAPw=="],"tokens":1}""")]
    [InlineData("""{"op":"models"}""",
        """{"op":"models","models":[{"name":"m","size":1,"loaded":true,"remote":false,"capabilities":[]}]}""")]
    public async Task Is_answered(string request, string reply)
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());

        await phone.Send(request);

        Assert.Equal(reply, await phone.Next());
    }

    [Theory]
    [InlineData("show", "other", "model_not_found")]
    [InlineData("load", "other", "model_not_found")]
    [InlineData("unload", "../m", "model_not_found")]
    [InlineData("show", "cloud", "not_allowed")]
    [InlineData("load", "cloud", "not_allowed")]
    [InlineData("unload", "cloud", "not_allowed")]
    public async Task A_model_that_there_is_not_never_reaches_the_runner(string op, string model, string code)
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());

        await phone.Send($$"""{"op":"{{op}}","id":"r1","model":"{{model}}"}""");

        Assert.StartsWith(
            $$"""{"op":"error","id":"r1","for":"{{op}}","code":"{{code}}",""", await phone.Next(),
            StringComparison.Ordinal);
        Assert.Empty(_desk.Runner.Asked);
    }

    [Fact]
    public async Task A_chat_with_a_cloud_model_is_refused_in_local_mode()
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());

        await phone.Send("""{"op":"chat","id":"c1","model":"cloud","prompt":"hi"}""");

        Assert.Contains("\"not_allowed\"", await phone.Next(), StringComparison.Ordinal);
        Assert.False(_desk.Runner.HasBegun);
    }

    [Fact]
    public async Task Pulls_what_the_owner_lists_and_tells_how_far_it_is()
    {
        using var phone = await _desk.ConnectPaired(_desk.PairOwner());
        _desk.Runner.Pulling.AddRange(
        [
            new PullProgress("pulling", 1, 9), new PullProgress("pulling", 2, 9),
            new PullProgress("success", null, null),
        ]);

        await phone.Send("""{"op":"pull","id":"r1","model":"qwen2.5:3b"}""");

        // The clock stands still: of neighbours within a quarter of a second only the first is told.
        Assert.Equal(
            """{"op":"progress","id":"r1","status":"pulling","completed":1,"total":9}""", await phone.Next());
        Assert.Equal("""{"op":"pulled","id":"r1","model":"qwen2.5:3b"}""", await phone.Next());
        await phone.Send("""{"op":"pull","id":"r2","model":"evil.example/library/qwen2.5:3b"}""");
        Assert.StartsWith(
            """{"op":"error","id":"r2","for":"pull","code":"not_allowed",""", await phone.Next(),
            StringComparison.Ordinal);
        Assert.Equal(["pull qwen2.5:3b"], _desk.Runner.Asked);
    }

    [Fact]
    public async Task A_request_can_be_cancelled_and_an_id_that_is_under_way_exists()
    {
        _desk.Runner.Loading = new TaskCompletionSource().Task;
        using var phone = await _desk.ConnectPaired(_desk.Pair());

        await phone.Send("""{"op":"load","id":"r1","model":"m"}""");
        await phone.Send("""{"op":"show","id":"r1","model":"m"}""");
        Assert.StartsWith(
            """{"op":"error","id":"r1","for":"show","code":"exists","message":"A request with that id is under way.""",
            await phone.Next(), StringComparison.Ordinal);
        await phone.Send("""{"op":"cancel","id":"r1"}""");
        Assert.StartsWith(
            """{"op":"error","id":"r1","for":"load","code":"cancelled",""", await phone.Next(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Eight_requests_of_a_connection_are_under_way_at_most()
    {
        _desk.Runner.Loading = new TaskCompletionSource().Task;
        using var phone = await _desk.ConnectPaired(_desk.Pair());
        for (var i = 0; i < 9; i++) await phone.Send($$"""{"op":"load","id":"r{{i}}","model":"m"}""");

        Assert.StartsWith(
            """{"op":"error","id":"r8","for":"load","code":"rate",""", await phone.Next(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embeddings_that_do_not_fit_into_a_message_are_too_large()
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());

        await phone.Send(
            """{"op":"embed","id":"r1","model":"m","input":["a","b","c","d","e"],"dimensions":65536}""");

        Assert.StartsWith(
            """{"op":"error","id":"r1","for":"embed","code":"too_large",""", await phone.Next(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embeddings_do_not_wait_for_the_end_of_an_answer()
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());
        await phone.Send("""{"op":"chat","id":"c1","prompt":"hi"}""");
        await _desk.Runner.Begun();

        await phone.Send("""{"op":"embed","id":"r1","model":"m","input":["a"]}""");

        Assert.StartsWith("""{"op":"embeddings","id":"r1",""", await phone.Next(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_form_of_the_answer_reaches_the_runner()
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());

        await phone.Send("""{"op":"chat","id":"c1","prompt":"hi","format":{"type":"object"}}""");

        Assert.Equal("""{"type":"object"}""", (await _desk.Runner.Begun()).Chat.Format!.Value.GetRawText());
    }
}
