using System.Runtime.CompilerServices;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Stun;

namespace QuicPair.Rtc.Ice.Checks;

/// <summary>
/// The last checks sent on one pair. Each repeat is a transaction of its own, so that an answer tells the
/// round trip time exactly and a late answer to an earlier check still counts.
/// </summary>
internal struct OutstandingChecks
{
    private const int Capacity = 6;

    private Ring _ring;
    private int _next;

    public void Add(TransactionId id, Instant sentAt, IceRole role)
    {
        _ring[_next] = new(id, sentAt, role, IsOpen: true);
        _next = (_next + 1) % Capacity;
    }

    /// <summary>Takes the check that <paramref name="id"/> answers; each is answered once.</summary>
    public bool TryTake(TransactionId id, out Instant sentAt, out IceRole role)
    {
        for (var index = 0; index < Capacity; index++)
        {
            ref var check = ref _ring[index];
            if (!check.IsOpen || check.Id != id) continue;
            check = check with { IsOpen = false };
            (sentAt, role) = (check.SentAt, check.Role);
            return true;
        }

        (sentAt, role) = (default, default);
        return false;
    }

    private readonly record struct Check(TransactionId Id, Instant SentAt, IceRole Role, bool IsOpen);

    [InlineArray(Capacity)]
    private struct Ring
    {
        private Check _first;
    }
}
