using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using QuicPair.Rtc.Sockets;

namespace QuicPair.RtcPeer;

/// <summary>Does what the other side's messages ask for.</summary>
internal sealed class AnsweringSide(DataChannel channel, Action<object> tell)
{
    private readonly NumberedStream _stream = new(channel, tell);
    private readonly List<double> _delays = [];
    private long _counted;
    private long _firstAt;
    private long _lastAt;
    private double _processorBefore;

    public void Attach() => channel.OnMessage = (message, _) => Handle(message.Span);

    /// <summary>Sends numbered messages to the other side.</summary>
    public Task Stream(int count, TimeSpan gap, CancellationToken cancellation) =>
        _stream.Send(count, gap, cancellation);

    private void Handle(ReadOnlySpan<byte> message)
    {
        switch (message.IsEmpty ? (byte)0 : message[0])
        {
            case Opcode.Echo:
                channel.TrySend(message);
                break;
            case Opcode.Count:
                Count(message.Length);
                break;
            case Opcode.EndOfCount:
                SendReport(new
                {
                    bytes = _counted,
                    ms = Stopwatch.GetElapsedTime(_firstAt, _lastAt).TotalMilliseconds,
                    cpuMs = Usage.ProcessorMilliseconds - _processorBefore,
                    rssMb = Usage.ResidentMebibytes,
                });
                break;
            case Opcode.Token:
                _delays.Add(Usage.WallMilliseconds - BinaryPrimitives.ReadDoubleLittleEndian(message[8..]));
                break;
            case Opcode.EndOfTokens:
                SendReport(new Percentiles(_delays).ToReport());
                break;
            case Opcode.Numbered:
                _stream.Take(message);
                break;
            case Opcode.EndOfNumbered:
                _stream.TakeEnd(message);
                break;
        }
    }

    private void Count(int bytes)
    {
        _lastAt = Stopwatch.GetTimestamp();
        if (_counted == 0)
        {
            _firstAt = _lastAt;
            _processorBefore = Usage.ProcessorMilliseconds;
        }

        _counted += bytes;
    }

    private void SendReport(object report) =>
        channel.TrySend([Opcode.Report, .. JsonSerializer.SerializeToUtf8Bytes(report)]);
}
