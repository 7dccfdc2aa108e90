using Xunit;

namespace QuicPair.EndToEnd.Cuts;

/// <summary>A Mac whose runner says one word after the other, and what was asked of it.</summary>
public sealed class CutStage : IAsyncLifetime
{
    /// <summary>The words of each answer.</summary>
    public const int Words = 200;

    // A Mac remembers at most 1,024 offers of a device in ten minutes.
    private const int OffersPerDevice = 500;

    private int _asked;

    internal MeteredRunner Runner { get; } = new(Words);

    internal MacProcess Mac { get; private set; } = null!;

    /// <summary>What the uncut answer is.</summary>
    internal static string Whole { get; } = Said(Words);

    /// <summary>The first words of an answer.</summary>
    internal static string Said(int words) =>
        string.Concat(Enumerable.Range(0, words).Select(MeteredRunner.Word));

    public async ValueTask InitializeAsync() => Mac = await MacProcess.Start(
        settings: new Dictionary<string, string?>(Runner.Settings)
        {
            // One device connects many times a second here; a person does not.
            ["Limits__Burst"] = "100000",
            ["Limits__PerSecond"] = "100000",
        });

    public async ValueTask DisposeAsync()
    {
        await Mac.DisposeAsync();
        await Runner.DisposeAsync();
    }

    /// <summary>Waits until the runner has been asked once more.</summary>
    internal async Task Asked()
    {
        await Runner.Asked();
        _asked++;
    }

    /// <summary>The answer is whole, and the runner was not asked again.</summary>
    internal void Check(int words, string before, string after)
    {
        Assert.Equal(Said(words), before);
        Check(before + after);
    }

    /// <inheritdoc cref="Check(int, string, string)"/>
    internal void Check(string text)
    {
        Assert.Equal(Whole, text);
        Assert.Equal(_asked, Runner.Chats);
    }

    /// <summary>Does something at each position with a device that has offers left.</summary>
    internal static async Task Each<T>(
        IEnumerable<int> positions, int offers, Func<Task<T>> pair, Func<T, int, Task> cut)
        where T : IAsyncDisposable
    {
        using var next = positions.GetEnumerator();
        while (next.MoveNext())
        {
            await using var phone = await pair();
            var left = OffersPerDevice / offers;
            do
            {
                await cut(phone, next.Current);
            }
            while (--left > 0 && next.MoveNext());
        }
    }
}
