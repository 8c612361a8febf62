"""The Python face against the built program: HEADSCOPE_PROGRAM names it. Run by ctest as test_python.

Outside of the source tree it tests the installed package (packaging/check-artefacts.sh).
"""

import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

try:
    import numpy as np
except ImportError:
    print("skipped: numpy is not installed (python3-numpy)")
    sys.exit(77)

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))
import headscope
from headscope.program import arguments_of, option_text


class Options(unittest.TestCase):
    """How Python values become options."""

    def test_values(self) -> None:
        self.assertEqual(option_text([0.98, 0.99]), "0.98,0.99")
        self.assertEqual(option_text(np.array([0.98, 0.995])), "0.98,0.995")
        self.assertEqual(option_text(np.float64(0.5)), "0.5")
        self.assertEqual(option_text(range(3)), "0,1,2")
        self.assertEqual(option_text({3: 0.98, 7: 0.91}), "3:0.98,7:0.91")
        self.assertEqual(option_text({"piqa": Path("a b.jsonl")}), "piqa=a b.jsonl")

    def test_arguments(self) -> None:
        self.assertEqual(
            arguments_of(
                {"max_windows": 2, "rescale": True, "force": False, "layers": None, "heads": "-25%"}
            ),
            ["--max_windows=2", "--rescale", "--heads=-25%"],
        )


class OnTheDemoModel(unittest.TestCase):
    """Every method on the model that ships with Headscope."""

    def setUp(self) -> None:
        self.model = headscope.open()

    def test_info(self) -> None:
        self.assertEqual(self.model.info["num_hidden_layers"], 6)
        self.assertIn("6 layers of 16 heads", repr(self.model))

    def test_similarity(self) -> None:
        matrices = self.model.similarity("qk-circuit", layers=[0, 2])
        self.assertEqual(list(matrices), [0, 2])
        matrix = matrices[2]
        self.assertEqual(matrix.shape, (16, 16))
        np.testing.assert_array_equal(matrix, matrix.T)
        np.testing.assert_allclose(np.diag(matrix), 1, atol=1e-9)
        self.assertLessEqual(np.abs(matrix).max(), 1 + 1e-9)

    def test_plan_counts_the_pairs_of_the_matrices(self) -> None:
        matrices = self.model.similarity("q")
        plan = self.model.plan(0.98)
        wanted = sum(int((np.triu(matrix, 1) >= 0.98).sum()) for matrix in matrices.values())
        self.assertEqual(plan["summary"]["pairs"], wanted)
        self.assertGreater(wanted, 0)
        self.assertEqual(sorted(plan["layers"]), list(range(6)))
        pairs = [len(found["layers"][1]["pairs"]) for found in self.model.plans([0.98, 0.995])]
        self.assertEqual(pairs[0], len(plan["layers"][1]["pairs"]))
        self.assertLess(pairs[1], pairs[0])

    def test_evaluate(self) -> None:
        seen = []
        model = headscope.open(progress=seen.append)
        result = model.evaluate([0.98], max_windows=2)
        original, merged = result["variants"]
        self.assertIsNone(original["threshold"])
        self.assertEqual(merged["threshold"], 0.98)
        perplexity = [variant["metrics"]["perplexity"]["value"] for variant in result["variants"]]
        ratio = merged["change"]["perplexity_ratio"]["value"]
        self.assertAlmostEqual(perplexity[1] / perplexity[0], ratio, places=9)
        self.assertEqual(result["windows"], 2)
        self.assertIn("evaluating", {event.get("stage") for event in seen})

    def test_heads(self) -> None:
        scores = self.model.heads(layers="1,4")
        self.assertEqual(scores["layers"].tolist(), [1, 4])
        self.assertEqual(scores["entropy"].shape, (2, 16))
        self.assertTrue(np.all((scores["first-token"] >= 0) & (scores["first-token"] <= 1)))

    def test_batch_writes_files(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            result = self.model.run(
                "batch", thresholds=[0.98, 0.99], max_windows=1, no_plots=True, output_dir=folder
            )
            self.assertEqual([run["threshold"] for run in result["runs"]], [0.98, 0.99])
            self.assertTrue(all(Path(run["file"]).is_file() for run in result["runs"]))

    def test_closing_the_events_stops_the_program(self) -> None:
        events = self.model.events("evaluate")
        for event in events:
            if event.get("stage") == "evaluating":
                break
        events.close()  # returns only when the program has ended

    def test_what_has_no_name(self) -> None:
        result = self.model.run("protocols", 60.5, max_windows=1)
        self.assertEqual(result["quoted"], 60.5)


class Errors(unittest.TestCase):
    """The program's own text, as an exception of the right kind."""

    def test_missing_model(self) -> None:
        with self.assertRaisesRegex(headscope.BadInput, "no/such/model.*choose a model") as caught:
            headscope.open("no/such/model")
        self.assertEqual(caught.exception.exit_code, 3)
        self.assertIsInstance(caught.exception, ValueError)

    def test_unknown_option(self) -> None:
        with self.assertRaisesRegex(headscope.UsageError, "nonsense"):
            headscope.open().plan(0.98, nonsense=1)

    def test_missing_device(self) -> None:
        with self.assertRaisesRegex(headscope.DeviceError, "cuda:99"):
            headscope.open().similarity(device="cuda:99")

    def test_missing_program(self) -> None:
        with (
            mock.patch.dict(os.environ, HEADSCOPE_PROGRAM="/no/such/program"),
            self.assertRaisesRegex(headscope.ProgramMissing, "HEADSCOPE_PROGRAM"),
        ):
            headscope.open()


if __name__ == "__main__":
    unittest.main()
