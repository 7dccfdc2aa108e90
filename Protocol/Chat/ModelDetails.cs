namespace QuicPair.Protocol.Chat;

/// <summary>What a runner knows of a model; null is not known.</summary>
public sealed record ModelDetails
{
    /// <summary>The family, such as <c>qwen2</c>.</summary>
    public string? Family { get; init; }

    /// <summary>The file's format, such as <c>gguf</c>.</summary>
    public string? Format { get; init; }

    /// <summary>The number of parameters for people, such as <c>3.1B</c>.</summary>
    public string? ParameterSize { get; init; }

    /// <summary>The quantization, such as <c>Q4_K_M</c>.</summary>
    public string? Quantization { get; init; }

    /// <summary>The longest context, tokens.</summary>
    public long? ContextLength { get; init; }

    /// <summary>Numbers in an embedding.</summary>
    public long? EmbeddingLength { get; init; }

    /// <summary>The default options, one a line.</summary>
    public string? Parameters { get; init; }

    /// <summary>The prompt template.</summary>
    public string? Template { get; init; }

    /// <summary>The model's own system prompt.</summary>
    public string? System { get; init; }

    /// <summary>Nothing: prompts are content.</summary>
    public override string ToString() => nameof(ModelDetails);
}
