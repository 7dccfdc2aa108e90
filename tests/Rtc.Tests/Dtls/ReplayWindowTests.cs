using QuicPair.Rtc.Dtls;
using Xunit;

namespace QuicPair.Rtc.Tests.Dtls;

public sealed class ReplayWindowTests
{
    [Fact]
    public void Takes_every_number_once()
    {
        var window = new ReplayWindow();
        foreach (var sequence in new ulong[] { 1, 0, 5, 3, 64, 63, 2, 900 })
        {
            Assert.True(window.IsFresh(sequence));
            window.Mark(sequence);
            Assert.False(window.IsFresh(sequence));
        }
    }

    [Fact]
    public void Refuses_what_is_too_old_to_know()
    {
        var window = new ReplayWindow();
        window.Mark(10_000);

        Assert.False(window.IsFresh(10_000 - 1_024));
        Assert.True(window.IsFresh(10_000 - 64));
    }

    [Fact]
    public void Forgets_nothing_inside_the_window_when_it_moves()
    {
        var window = new ReplayWindow();
        var random = new Random(1);
        var seen = new HashSet<ulong>();
        ulong highest = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var sequence = (ulong)Math.Max(0, (long)highest + random.Next(-900, 40));
            var isNew = highest - Math.Min(sequence, highest) < 900 && !seen.Contains(sequence);
            if (!isNew) continue;
            Assert.True(window.IsFresh(sequence));
            window.Mark(sequence);
            Assert.False(window.IsFresh(sequence));
            seen.Add(sequence);
            highest = Math.Max(highest, sequence);
        }
    }

    [Fact]
    public void Survives_a_jump_to_the_last_number()
    {
        var window = new ReplayWindow();
        window.Mark(3);
        window.Mark(0xFFFF_FFFF_FFFF);

        Assert.False(window.IsFresh(3));
        Assert.True(window.IsFresh(0xFFFF_FFFF_FFFE));
    }
}
