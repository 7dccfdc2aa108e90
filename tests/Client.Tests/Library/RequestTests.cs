using Microsoft.Extensions.AI;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Devices;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Client.Tests.Library;

/// <summary>What is asked beside chats: models, embeddings, devices.</summary>
public sealed class RequestTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _mac = new();
    private Phone _phone = null!;
    private PairedMac _paired = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _phone = _mac.NewPhone(_folder);
        _paired = await _phone.Pair(_mac.Link, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _paired.DisposeAsync();
        await _phone.DisposeAsync();
        _mac.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_request_gets_its_own_reply()
    {
        _mac.OnRequest = (peer, request) => peer.Send(Reply(request));
        var load = _paired.Load(null, Cancellation);
        var running = _paired.Running(Cancellation);
        Assert.Equal("gguf", (await _paired.Show("m", Cancellation)).Details.Format);
        Assert.Equal("default:1b", await load);
        Assert.Equal("loaded:1b", Assert.Single(await running).Name);
        await _paired.Unload("m", Cancellation);
        Assert.Equal("Ada", Assert.Single(await _paired.Devices(Cancellation)).Name);
        var changed = await _paired.SetDevice(
            new DeviceSetRequest { Device = Description.Device, Role = DeviceRole.Guest }, Cancellation);
        Assert.Equal(Description.Device, changed.Device);
        await _paired.RevokeDevice(Description.Device, Cancellation);
    }

    [Fact]
    public async Task A_pull_reports_its_progress()
    {
        _mac.OnRequest = (peer, request) =>
        {
            peer.Send(new ProgressMessage { Id = request.Id, Status = "pulling", Completed = 1, Total = 2 });
            peer.Send(new PulledMessage { Id = request.Id, Model = "m" });
        };
        var steps = new List<ProgressMessage>();
        await _paired.Pull("m", new Steps(steps), Cancellation);
        Assert.Equal((1L, 2L), (Assert.Single(steps).Completed, steps[0].Total));
    }

    [Fact]
    public async Task A_refusal_is_an_exception_with_its_code()
    {
        _mac.OnRequest = (peer, request) => peer.Send(
            new ErrorMessage { Id = request.Id, For = request.Op, Code = ErrorCode.NotAllowed });
        var failure = await Assert.ThrowsAsync<AnswerException>(() => _paired.Pull("m", null, Cancellation));
        Assert.Equal(ErrorCode.NotAllowed, failure.Code);
    }

    [Theory]
    [InlineData("Today's tokens are used up.", "Today's tokens are used up; there are new ones from ")]
    [InlineData(null, "Today's tokens of this device do not hold that; there are new ones from ")]
    public void A_refusal_for_want_of_tokens_says_from_when_there_are_new_ones(string? said, string sentence)
    {
        var error = new ErrorMessage { Code = ErrorCode.NotAllowed, Text = said, Until = 1_800_057_600 };
        var failure = new AnswerException(error);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_800_057_600), failure.Until);
        Assert.Matches($"^{sentence}[0-9]{{2}}:[0-9]{{2}}[.]$", failure.Message);
    }

    [Theory]
    [InlineData(ErrorCode.NotAllowed, null)]
    [InlineData(ErrorCode.NotAllowed, 9_007_199_254_740_991)]
    [InlineData(ErrorCode.Busy, 1_800_057_600L)]
    public void Another_refusal_or_no_time_at_all_has_the_sentence_of_its_code(ErrorCode code, long? until)
    {
        var failure = new AnswerException(new ErrorMessage { Code = code, Until = until });
        Assert.Null(failure.Until);
        Assert.Equal(new AnswerException(code).Message, failure.Message);
    }

    [Fact]
    public async Task A_request_ends_with_its_session()
    {
        _mac.OnRequest = (peer, _) => peer.Vanish();
        var failure = await Assert.ThrowsAsync<ConnectException>(() => _paired.Show("m", Cancellation));
        Assert.Equal(ConnectFailure.Interrupted, failure.Reason);
        await Assert.ThrowsAsync<ConnectException>(() => _paired.Show("m", Cancellation));
    }

    [Fact]
    public async Task What_goes_wrong_over_a_message_ends_the_session()
    {
        _mac.OnRequest = (peer, request) => peer.Send(
            new ProgressMessage { Id = request.Id, Status = "pulling", Completed = 1, Total = 2 });
        var failure = await Assert.ThrowsAsync<ConnectException>(() => _paired.Pull("m", new Broken(), Cancellation));
        Assert.Equal(ConnectFailure.Protocol, failure.Reason);
        Assert.Equal(ConnectFailure.Protocol, (await _paired.Ended).Reason);
    }

    [Fact]
    public async Task Who_asks_for_the_models_meanwhile_gets_the_same_answer()
    {
        var asked = 0;
        _mac.OnRequest = (peer, request) => peer.Send(Reply(request));
        _mac.OnModels = peer =>
        {
            if (++asked > 1) peer.Send(new ErrorMessage { For = "models", Code = ErrorCode.Rate });
        };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var (first, second) = (_paired.Models(stop.Token), _paired.Models(Cancellation));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        // Its reply comes behind everything that was asked before it.
        await _paired.Running(Cancellation);
        _mac.Phone.Send(new ModelsReply { Models = _mac.Models });
        Assert.Equal("m", Assert.Single(await second).Name);
        Assert.Equal(1, asked);
        _mac.OnModels = null;
        Assert.Single(await _paired.Models(Cancellation));
    }

    [Fact]
    public async Task A_refusal_to_list_models_has_its_code()
    {
        _mac.OnModels = peer => peer.Send(new ErrorMessage { For = "models", Code = ErrorCode.NotAllowed });
        var failure = await Assert.ThrowsAsync<AnswerException>(() => _paired.Models(Cancellation));
        Assert.Equal(ErrorCode.NotAllowed, failure.Code);
    }

    [Fact]
    public async Task What_a_mac_could_not_read_is_refused_before_it_is_sent()
    {
        var failure = await Assert.ThrowsAsync<AnswerException>(() => _paired.Show("", Cancellation));
        Assert.Equal(ErrorCode.BadRequest, failure.Code);
        failure = await Assert.ThrowsAsync<AnswerException>(
            () => _paired.Embed("m", [new string('x', 9_000_000)], null, Cancellation));
        Assert.Equal(ErrorCode.TooLarge, failure.Code);
        Assert.DoesNotContain(_mac.Phone.Received, message => message is ShowRequest or EmbedRequest);
    }

    [Fact]
    public async Task A_cancelled_request_is_cancelled_at_the_mac()
    {
        var cancelled = new TaskCompletionSource<string?>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Message? asked = null;
        _mac.OnCancel = (_, cancel) => cancelled.TrySetResult(cancel.Id);
        _mac.OnRequest = (_, request) =>
        {
            asked = request;
            stop.Cancel();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _paired.Load("m", stop.Token));
        Assert.Equal(asked!.Id, await cancelled.Task.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task Many_texts_are_embedded_in_parts_and_in_order()
    {
        var parts = new List<int>();
        _mac.OnRequest = (peer, request) =>
        {
            var embed = (EmbedRequest)request;
            parts.Add(embed.Input.Count);
            peer.Send(new EmbeddingsReply
            {
                Id = embed.Id,
                Model = embed.Model,
                Embeddings = [.. embed.Input.Select(text => new[] { float.Parse(text), embed.Dimensions ?? 0 })],
                Tokens = embed.Input.Count,
            });
        };
        await using var connection = _phone.Connect(Assert.Single(_phone.Pairings.Load()));
        using var generator = new QuicPairEmbeddingGenerator(connection, "embed:1b");
        var embeddings = await generator.GenerateAsync(
            Enumerable.Range(0, 100).Select(i => $"{i}"), new EmbeddingGenerationOptions { Dimensions = 2 },
            Cancellation);
        Assert.Equal([64, 36], parts);
        Assert.Equal(Enumerable.Range(0, 100), embeddings.Select(embedding => (int)embedding.Vector.Span[0]));
        Assert.Equal((100L, "embed:1b"), (embeddings.Usage!.InputTokenCount, embeddings[0].ModelId));
    }

    [Fact]
    public async Task Embeddings_that_are_too_large_for_one_message_come_in_smaller_parts()
    {
        var parts = new List<int>();
        _mac.OnRequest = (peer, request) =>
        {
            var embed = (EmbedRequest)request;
            parts.Add(embed.Input.Count);
            peer.Send(embed.Input.Count > 20
                ? new ErrorMessage { Id = embed.Id, For = embed.Op, Code = ErrorCode.TooLarge }
                : new EmbeddingsReply
                {
                    Id = embed.Id,
                    Model = embed.Model,
                    Embeddings = [.. embed.Input.Select(text => new[] { float.Parse(text) })],
                });
        };
        await using var connection = _phone.Connect(Assert.Single(_phone.Pairings.Load()));
        using var generator = new QuicPairEmbeddingGenerator(connection, "embed:1b");
        var embeddings = await generator.GenerateAsync(
            Enumerable.Range(0, 40).Select(i => $"{i}"), null, Cancellation);
        Assert.Equal([40, 20, 20], parts);
        Assert.Equal(Enumerable.Range(0, 40), embeddings.Select(embedding => (int)embedding.Vector.Span[0]));
        Assert.Null(embeddings.Usage);
    }

    private static DeviceDescription Description { get; } = new()
    {
        Device = "abcdefghijklmnop",
        Name = "Ada",
        Role = DeviceRole.User,
        Models = ["*"],
        Pull = false,
        Unload = false,
        TokensPerDay = 0,
        TokensToday = 0,
        Expires = 0,
        Since = 1,
        Connected = true,
    };

    private static Message Reply(Message request) => request switch
    {
        ShowRequest => new ShowReply
        {
            Id = request.Id,
            Model = "m",
            Size = 1,
            Remote = false,
            Details = new ModelDetails { Format = "gguf" },
        },
        LoadRequest => new LoadedMessage { Id = request.Id, Model = "default:1b" },
        UnloadRequest => new UnloadedMessage { Id = request.Id, Model = "m" },
        RunningRequest => new RunningReply { Id = request.Id, Models = [new RunningModel { Name = "loaded:1b" }] },
        DeviceRevokeRequest revoke => new DeviceRevokedMessage { Id = request.Id, Device = revoke.Device },
        _ => new DevicesReply { Id = request.Id, Devices = [Description] },
    };

    private sealed class Broken : IProgress<ProgressMessage>
    {
        public void Report(ProgressMessage value) => throw new FormatException();
    }

    private sealed class Steps(List<ProgressMessage> steps) : IProgress<ProgressMessage>
    {
        public void Report(ProgressMessage value) => steps.Add(value);
    }
}
