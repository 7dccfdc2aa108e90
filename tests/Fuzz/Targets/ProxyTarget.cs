using System.Runtime.Versioning;
using Microsoft.AspNetCore.Http;
using QuicPair.Cli.Proxy.Ollama;
using QuicPair.Cli.Proxy.OpenAi;
using QuicPair.Cli.Proxy.Requests;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Messages;

namespace QuicPair.Fuzz.Targets;

/// <summary>What a program of this machine asks <c>quicpair proxy</c>, as each of its APIs reads it.</summary>
internal static class ProxyTarget
{
    /// <summary>Whether one of the APIs takes it.</summary>
    public static bool Run(ReadOnlySpan<byte> input) => !OperatingSystem.IsWindows() && IsTaken(input.ToArray());

    [UnsupportedOSPlatform("windows")]
    private static bool IsTaken(byte[] input)
    {
        var http = new DefaultHttpContext();
        http.Request.Body = new MemoryStream(input);
        try
        {
            var body = ApiBody.Read(http).GetAwaiter().GetResult();
            return IsChat(body, OllamaRequests.Chat)
                | IsChat(body, OllamaRequests.Generate)
                | IsChat(body, OpenAiRequests.Chat);
        }
        catch (ProxyException refusal)
        {
            Check(refusal);
            return false;
        }
    }

    /// <summary>Whether there is a chat in it, which is written for a Mac then.</summary>
    [UnsupportedOSPlatform("windows")]
    private static bool IsChat(ApiBody body, Func<ApiBody, ChatMessage> read)
    {
        try
        {
            var chat = read(body) with { Id = "1" };
            _ = MessageReader.TryRead(MessageWriter.Write(chat), out _, out _);
            return true;
        }
        catch (ProxyException refusal)
        {
            Check(refusal);
            return false;
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void Check(ProxyException refusal)
    {
        if (refusal is not { Status: >= 400 and < 500, Message.Length: > 0 })
        {
            throw new InvalidDataException("A refusal is none of the API.");
        }
    }
}
