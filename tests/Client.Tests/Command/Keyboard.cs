namespace QuicPair.Client.Tests.Command;

/// <summary>What is typed, line by line.</summary>
internal sealed class Keyboard(Func<int, Task<string?>> type) : TextReader
{
    private int _lines;

    public override async ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken) =>
        await type(_lines++);
}
