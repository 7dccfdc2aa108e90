namespace QuicPair.Protocol.Messages.Household;

/// <summary>One Mac of a household, as another one names it.</summary>
/// <param name="Mac">Its id, which is made of <paramref name="Key"/>.</param>
/// <param name="Name">Its name, safe to show.</param>
/// <param name="Key">Its static public key, 32 bytes.</param>
public sealed record NamedMac(string Mac, string Name, byte[] Key);
