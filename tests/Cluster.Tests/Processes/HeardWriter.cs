using System.Text;

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>A terminal's end that calls for each line that is written.</summary>
internal sealed class HeardWriter(Action<string> heard) : TextWriter
{
    private readonly StringBuilder _line = new();

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value)
    {
        if (value != '\n')
        {
            _line.Append(value);
            return;
        }

        var line = _line.ToString();
        _line.Clear();
        heard(line);
    }
}
