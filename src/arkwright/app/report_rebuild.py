"""The lines of numpy that compute a verdict from the JSON of its answer, as a report shows them."""

REBUILD = """
import json
import numpy as np
shown = json.load(open("answer.json"))["evidence"][0]
rule, limit, score = shown["redo"]["rule"], shown["threshold"], {}
for fault, comb in shown["redo"]["combs"].items():
    lines, inside = np.array(comb["line_db"]), np.array(comb["inside"])
    level = np.average(lines[:, inside], axis=1, weights=np.array(comb["weights"])[inside])
    z = (level - comb["null_mean_db"]) / comb["null_spread_db"]
    top = np.argsort(z)[-round(rule["top_share"] * len(z)) :]
    depth = np.sqrt(np.mean(np.array(comb["depth"])[top] ** 2)) / rule["depth_unit"]
    score[fault] = np.sqrt(z[top].mean() * depth) if z[top].mean() > 0 else z[top].mean()
    score[fault] /= rule["skid_factor"] if comb["smeared"] else 1
part = max(("outer_race", "inner_race", "ball"), key=score.get)
low, high = sorted((score["outer_race"], score["inner_race"]))
torn = high < rule["faint"] and low >= rule["beside"] * high and score["ball"] <= high
verdict = "cannot_judge" if torn else part
if score[part] < limit:
    verdict = "cage" if score["cage"] >= rule["cage_factor"] * limit else "normal"
print(verdict, score)
""".strip()
