using System.Net;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Messages;
using QuicPair.Silo.Answers;
using QuicPair.Silo.Runners;
using QuicPair.Silo.Runners.Ollama;
using QuicPair.Silo.Runners.OpenAi;

namespace QuicPair.Fuzz.Targets;

/// <summary>
/// What the servers that run models say, as it is read before the libraries see it, and what these are given of a
/// phone's chat. The first byte of an answer says with which status it comes, the second in pieces of how many bytes.
/// </summary>
internal static class RunnerTargets
{
    private const int HeadLength = 2;
    private const int BodyMax = 64 * 1024;

    // A sentence of a runner is cut at 300 characters; our words stand before it.
    private const int SentenceMax = 400;

    private static readonly HttpStatusCode[] Statuses =
    [
        HttpStatusCode.OK,
        HttpStatusCode.NotFound,
        HttpStatusCode.ServiceUnavailable,
        HttpStatusCode.InternalServerError,
    ];

    /// <summary>The answer to a chat or a pull.</summary>
    public static bool OllamaLines(ReadOnlySpan<byte> input)
    {
        if (OperatingSystem.IsWindows()) return false;
        if (input.Length < HeadLength) return false;
        using var exchange = new OllamaExchange(new Server(input), CancellationToken.None);
        return IsPassedOn(exchange, "http://127.0.0.1:11434/api/chat", Body(input), "done", "success");
    }

    /// <summary>The answer to <c>GET /api/tags</c>.</summary>
    public static bool OllamaList(ReadOnlySpan<byte> input)
    {
        if (OperatingSystem.IsWindows()) return false;
        if (input.Length < HeadLength) return false;
        using var exchange = new OllamaExchange(new Server(input), CancellationToken.None);
        if (Ask(exchange, "http://127.0.0.1:11434/api/tags", out var passed) is not null) return false;
        if (!Body(input).SequenceEqual(passed) || exchange.Tags.Keys.Any(name => name.Length == 0))
        {
            throw new InvalidDataException("A list is not what was said, or has a model without a name.");
        }

        return true;
    }

    /// <summary>The events of an answer to a chat.</summary>
    public static bool OpenAiLines(ReadOnlySpan<byte> input)
    {
        if (OperatingSystem.IsWindows()) return false;
        if (input.Length < HeadLength) return false;
        var chat = new RunnerChat("m", [new RunnerMessage("user", "hello")]);
        using var exchange = new OpenAiExchange(new Server(input), "llama-server", chat, CancellationToken.None);
        return IsPassedOn(exchange, "http://127.0.0.1:8080/v1/chat/completions", Body(input), "finish_reason");
    }

    /// <summary>The body of the answer to <c>GET /v1/models</c>.</summary>
    public static bool OpenAiList(ReadOnlySpan<byte> input)
    {
        if (OperatingSystem.IsWindows()) return false;
        try
        {
            var json = input.ToArray();
            var (models, _) = OpenAiModels.Read(json);
            foreach (var model in models.Take(4))
            {
                var (context, embedding) = OpenAiModels.Lengths(json, model.Name);
                CheckNumbers(context ?? 0, embedding ?? 0, model.SizeBytes);
            }

            return true;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // What the runner says that it cannot read.
            return false;
        }
    }

    /// <summary>A phone's message, and the chat in it as each of the libraries gets it.</summary>
    public static bool Chat(ReadOnlySpan<byte> input)
    {
        if (OperatingSystem.IsWindows()) return false;
        if (!MessageReader.TryRead(input, out var message, out _) || message is not ChatMessage request) return false;
        if (!ChatTranslation.TryTranslate(request, out var chat)) return false;
        var (ollama, openAi) = (OllamaRequests.Chat(chat).Options, OpenAiRequests.Options(chat));
        float?[] numbers =
        [
            ollama?.Temperature, ollama?.TopP, ollama?.MinP, ollama?.RepeatPenalty, openAi.Temperature, openAi.TopP,
        ];
        if (numbers.Any(number => number is { } set && !float.IsFinite(set)))
        {
            throw new InvalidDataException("JSON has no such number.");
        }

        if (OpenAiRequests.Messages(chat).Count != chat.Messages.Count)
        {
            throw new InvalidDataException("A turn of the chat is lost.");
        }

        return true;
    }

    private static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> input) =>
        input[HeadLength..Math.Min(input.Length, HeadLength + BodyMax)];

    /// <summary>Whether the answer was passed on to its end.</summary>
    /// <param name="exchange">What reads it.</param>
    /// <param name="place">What was asked.</param>
    /// <param name="body">The answer.</param>
    /// <param name="ends">The fields and words, one of which its last line has.</param>
    [UnsupportedOSPlatform("windows")]
    private static bool IsPassedOn(
        HttpMessageHandler exchange, string place, ReadOnlySpan<byte> body, params string[] ends)
    {
        var problem = Ask(exchange, place, out var passed);
        if (body.StartsWith(Encoding.UTF8.Preamble)) body = body[Encoding.UTF8.Preamble.Length..];
        var isWhole = passed.Length == body.Length;
        if (!body.StartsWith(passed) || !Utf8.IsValid(passed))
        {
            throw new InvalidDataException("What is passed on is not what was said, or is no text.");
        }

        if (passed.Length > 0 && passed[^1] is not ((byte)'\n' or (byte)'\r') && !isWhole)
        {
            throw new InvalidDataException("Half a line is passed on.");
        }

        if (problem is not null) return false;
        var text = Encoding.UTF8.GetString(passed);
        var isEnded = text.Contains('\\', StringComparison.Ordinal)
            || ends.Any(end => text.Contains(end, StringComparison.Ordinal));
        if (!isWhole || !isEnded) throw new InvalidDataException("An answer without its end counts as whole.");
        return true;
    }

    /// <summary>Reads the answer; what is wrong with it, and what of it was passed on until then.</summary>
    [UnsupportedOSPlatform("windows")]
    private static RunnerException? Ask(HttpMessageHandler exchange, string place, out byte[] passed)
    {
        using var client = new HttpMessageInvoker(exchange, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Post, place);
        using var read = new MemoryStream();
        RunnerException? problem = null;
        try
        {
            using var response = client.SendAsync(request, CancellationToken.None).GetAwaiter().GetResult();
            using var body = response.Content.ReadAsStreamAsync().GetAwaiter().GetResult();
            var part = new byte[256];
            while (body.ReadAsync(part).AsTask().GetAwaiter().GetResult() is > 0 and var count)
            {
                read.Write(part, 0, count);
            }
        }
        catch (RunnerException told)
        {
            problem = told;
        }

        passed = read.ToArray();
        if (problem is not null) Check(problem.Message);
        return problem;
    }

    private static void Check(string sentence)
    {
        if (sentence.Length is 0 or > SentenceMax || sentence.Any(char.IsControl))
        {
            throw new InvalidDataException("What people are told is no sentence.");
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void CheckNumbers(params long[] told)
    {
        if (told.Any(number => number is < 0 or > RunnerStatistics.MaxCount))
        {
            throw new InvalidDataException("A number is none that a phone reads.");
        }
    }

    private sealed class Server : HttpMessageHandler
    {
        private readonly HttpStatusCode _status;
        private readonly FarEnd _body;

        public Server(ReadOnlySpan<byte> input) => (_status, _body) = (
            Statuses[input[0] % Statuses.Length],
            new FarEnd(Body(input).ToArray(), Math.Max((int)input[1], 1)));

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(_status) { Content = new StreamContent(_body) });
    }
}
