using Microsoft.Extensions.AI;

namespace QuicPair.Client;

/// <summary>
/// The embedding models of a paired Mac as an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>. Many texts are
/// asked for in parts.
/// </summary>
/// <param name="mac">The connection; it belongs to whoever made it.</param>
/// <param name="model">The model when a request names none.</param>
public sealed class QuicPairEmbeddingGenerator(MacConnection mac, string model)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>One embedding for each text, in order.</summary>
    /// <exception cref="AnswerException">The Mac answered with an error.</exception>
    /// <exception cref="ConnectException">The Mac cannot be reached.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        var reply = await mac.Embed(
            options?.ModelId ?? model, [.. values], options?.Dimensions, cancellationToken);
        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        embeddings.AddRange(reply.Embeddings.Select(numbers => new Embedding<float>(numbers)
        {
            ModelId = reply.Model,
            CreatedAt = DateTimeOffset.UtcNow,
        }));
        if (reply.Tokens is { } tokens)
        {
            embeddings.Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens };
        }

        return embeddings;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? Metadata()
            : serviceType == typeof(MacConnection) ? mac
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Nothing: the connection belongs to whoever made it.</summary>
    public void Dispose()
    {
    }

    private EmbeddingGeneratorMetadata Metadata() =>
        new("quicpair", mac.Current is { } live ? new Uri(live.Pairing.Origin) : null, model);
}
