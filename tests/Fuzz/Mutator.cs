namespace QuicPair.Fuzz;

/// <summary>Changes inputs as afl++ does, the same way in each run with the same seed.</summary>
internal sealed class Mutator(int seed)
{
    private const int LengthMax = 8192;

    private static readonly byte[] Interesting = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 192, 254, 255];

    private readonly Random _random = new(seed);

    /// <summary>One of <paramref name="inputs"/> with one to eight changes.</summary>
    public byte[] Next(IReadOnlyList<byte[]> inputs)
    {
        var bytes = new List<byte>(Pick(inputs));
        for (var change = _random.Next(1, 9); change > 0; change--) Change(bytes, inputs);
        return [.. bytes.Take(LengthMax)];
    }

    private byte[] Pick(IReadOnlyList<byte[]> inputs) => inputs[_random.Next(inputs.Count)];

    private void Change(List<byte> bytes, IReadOnlyList<byte[]> inputs)
    {
        if (bytes.Count == 0)
        {
            bytes.AddRange(Pick(inputs));
            return;
        }

        var at = _random.Next(bytes.Count);
        var length = Math.Min(1 + _random.Next(32), bytes.Count - at);
        switch (_random.Next(9))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                bytes[at] = Interesting[_random.Next(Interesting.Length)];
                break;
            case 3:
                bytes[at] += (byte)(_random.Next(33) - 16);
                break;
            case 4:
                bytes.RemoveRange(at, length);
                break;
            case 5:
                bytes.InsertRange(_random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 6:
                for (var index = 0; index < length; index++) bytes[at + index] = Interesting[_random.Next(2) * 17];
                break;
            case 7:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                bytes.InsertRange(at, Pick(inputs).Take(64));
                break;
        }
    }
}
