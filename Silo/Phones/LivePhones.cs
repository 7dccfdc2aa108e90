using QuicPair.Protocol;

namespace QuicPair.Silo.Phones;

/// <summary>The live session of each device: at most one, the latest.</summary>
internal sealed class LivePhones
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PhoneSession> _sessions = [];

    public int Count
    {
        get
        {
            lock (_lock) return _sessions.Count;
        }
    }

    public PhoneSession? Find(string device)
    {
        lock (_lock) return _sessions.GetValueOrDefault(device);
    }

    /// <summary>A session became live; the one before of the device ends.</summary>
    public void Enter(PhoneSession session)
    {
        PhoneSession? before;
        lock (_lock)
        {
            _sessions.Remove(session.Device, out before);
            _sessions[session.Device] = session;
        }

        before?.Close(CloseCode.Normal);
    }

    public void Leave(PhoneSession session)
    {
        lock (_lock)
        {
            if (_sessions.GetValueOrDefault(session.Device) == session) _sessions.Remove(session.Device);
        }
    }
}
