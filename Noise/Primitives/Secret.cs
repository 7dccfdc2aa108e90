using System.Security.Cryptography;

namespace QuicPair.Noise.Primitives;

/// <summary>Memory that holds secrets.</summary>
internal static class Secret
{
    /// <summary>
    /// Bytes that the garbage collector never moves, so that erasing them erases the only copy.
    /// </summary>
    public static byte[] Allocate(int length) => GC.AllocateArray<byte>(length, pinned: true);

    /// <summary>Overwrites the bytes with zeros.</summary>
    public static void Erase(Span<byte> bytes) => CryptographicOperations.ZeroMemory(bytes);
}
