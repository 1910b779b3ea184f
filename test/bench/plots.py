"""The plots: recall against queries a second, build time, and size."""
import os

CHARTS = {"build": "build time, seconds", "size": "index size, MB"}


def draw(results, directory):
    """Writes recall-qps.png, build.png and size.png, of what was measured."""
    import matplotlib
    matplotlib.use("Agg")
    if results.curves:
        curves(results.curves, os.path.join(directory, "recall-qps.png"))
    for name, values in results.charts.items():
        bars(CHARTS[name], values, os.path.join(directory, name + ".png"))


def curves(data, path):
    """Recall@10 against queries a second, one line a configuration and setting."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 6))
    for key, curve in data.items():
        for setting in sorted({point["setting"] for point in curve}):
            points = sorted((point["recall"][2], 1e6 / point["us"])
                            for point in curve if point["setting"] == setting)
            axes.plot(*zip(*points), marker=".", linestyle="--" if setting == "ivf.probes" else "-",
                      label=f"{key} ({setting})")
    axes.set_yscale("log")
    axes.set_xlim(left=0.7)
    axes.set_xlabel("recall@10, mean over the kinds of queries")
    axes.set_ylabel("queries a second, one client")
    axes.grid(True, which="both", alpha=0.3)
    axes.legend(fontsize="small")
    figure.savefig(path, dpi=130, bbox_inches="tight")
    pyplot.close(figure)


def bars(title, values, path):
    """One horizontal bar a name, the smallest on top."""
    from matplotlib import pyplot

    names = sorted(values, key=values.get, reverse=True)
    figure, axes = pyplot.subplots(figsize=(8, 1 + 0.35 * len(names)))
    drawn = axes.barh(names, [values[name] for name in names])
    axes.bar_label(drawn, fmt="%.4g", padding=3)
    axes.margins(x=0.12)
    axes.set_xlabel(title)
    figure.savefig(path, dpi=130, bbox_inches="tight")
    pyplot.close(figure)
