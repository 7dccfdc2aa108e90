using Xunit;

namespace QuicPair.Fuzz.Tests;

/// <summary>
/// The fuzz targets without a fuzzer: the corpus again, and seeded changes of it. No parser throws, and none allocates
/// more than its input is worth. QUICPAIR_SOAK=1 runs a hundred times as many.
/// </summary>
public sealed class FuzzTests
{
    private static readonly int Mutations = Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1" ? 300_000 : 3000;

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    public static TheoryData<string> Judging =>
        [.. FuzzTargets.All.Where(target => target.Accepts is not null).Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Every_file_of_the_corpus_is_survived(string name)
    {
        var target = FuzzTargets.Find(name)!;
        var corpus = Corpus.Of(target);
        Assert.NotEmpty(corpus);
        foreach (var input in corpus) Run(target, input);
    }

    [Theory]
    [MemberData(nameof(Judging))]
    public void Files_of_the_corpus_are_accepted_and_refused_as_they_are_named(string name)
    {
        // There is no Mac there.
        if (OperatingSystem.IsWindows()) return;
        var target = FuzzTargets.Find(name)!;
        var files = Corpus.Named(target).ToList();
        var taken = files.Where(file => target.Accepts!(file.Input)).Select(file => file.Name).ToList();
        Assert.NotEmpty(taken);
        Assert.DoesNotContain(taken, IsRefused);
        Assert.DoesNotContain(files.Select(file => file.Name).Except(taken), IsAccepted);

        static bool IsAccepted(string file) => file.StartsWith("accepted", StringComparison.Ordinal);
        static bool IsRefused(string file) => file.StartsWith("refused", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Every_truncation_of_the_corpus_is_survived(string name)
    {
        var target = FuzzTargets.Find(name)!;
        foreach (var input in Corpus.Of(target))
        {
            var step = Math.Max(1, input.Length / 200);
            for (var length = 0; length < input.Length; length += step) Run(target, input[..length]);
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Changes_of_the_corpus_are_survived(string name)
    {
        var target = FuzzTargets.Find(name)!;
        var corpus = Corpus.Of(target);
        var mutator = new Mutator(seed: 1);
        for (var count = 0; count < Mutations; count++) Run(target, mutator.Next(corpus));
    }

    [Fact]
    public void Every_folder_of_the_corpus_has_a_target() =>
        Assert.Equal(FuzzTargets.All.Select(target => target.Name).Order(), Corpus.Names.Order());

    private static void Run(FuzzTarget target, byte[] input)
    {
        var limit = target.AllocationMax + (64L * input.Length);

        // What the runtime makes once, for the first exception of a kind say, is not the input's.
        var allocated = Allocated(target, input);
        if (allocated > limit) allocated = Allocated(target, input);
        Assert.True(allocated <= limit, $"{target}: {allocated} bytes for {Convert.ToBase64String(input)}");
    }

    private static long Allocated(FuzzTarget target, byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Run(input);
        }
        catch (Exception cause)
        {
            Assert.Fail($"{target}: {cause} on {Convert.ToBase64String(input)}");
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
