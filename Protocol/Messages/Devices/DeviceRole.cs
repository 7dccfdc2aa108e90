namespace QuicPair.Protocol.Messages.Devices;

/// <summary>What a device is to a Mac.</summary>
public enum DeviceRole
{
    /// <summary><c>owner</c>: may also see and change what devices may do.</summary>
    Owner,

    /// <summary><c>user</c></summary>
    User,

    /// <summary><c>guest</c>: chats only; never loads, unloads or fetches a model by itself.</summary>
    Guest,
}
