"""Splits and batches: even, repeatable, nothing lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_loupe.engine.data.batches import batches, one_hot, split, stratified_folds
from cnn_loupe.engine.errors import DataError


@settings(max_examples=30)
@given(st.lists(st.integers(5, 23), min_size=1, max_size=5), st.integers(2, 5), st.integers(0, 9))
def test_every_fold_holds_every_class_as_evenly_as_can_be(sizes: list[int], folds: int, seed: int) -> None:
    labels = np.repeat(np.arange(len(sizes)), sizes)
    fold = stratified_folds(labels, folds, seed)
    for category, size in enumerate(sizes):
        counts = np.bincount(fold[labels == category], minlength=folds)
        assert counts.min() >= size // folds
        assert counts.max() <= -(-size // folds)


def test_the_folds_held_out_in_turn_are_all_pictures_once() -> None:
    labels = np.repeat(np.arange(3), 10)
    held = []
    for fold in range(5):
        learn, held_out = split(labels, 5, fold, seed=1)
        assert not set(learn) & set(held_out)
        assert len(learn) + len(held_out) == 30
        held += held_out.tolist()
    assert sorted(held) == list(range(30))


def test_the_split_depends_on_its_seed_alone() -> None:
    labels = np.repeat(np.arange(3), 50)
    np.testing.assert_array_equal(stratified_folds(labels, 5, 7), stratified_folds(labels, 5, 7))
    assert (stratified_folds(labels, 5, 7) != stratified_folds(labels, 5, 8)).any()


def test_a_class_smaller_than_the_number_of_folds_is_refused() -> None:
    with pytest.raises(DataError, match="class 1 has 2 pictures") as caught:
        stratified_folds(np.array([0, 0, 0, 1, 1]), 3, 0)
    assert caught.value.code == "class_too_small"


def test_an_epoch_shows_no_picture_twice_and_leaves_out_less_than_a_batch() -> None:
    rows = np.arange(100, 123)
    shown = np.concatenate(list(batches(rows, 5, np.random.default_rng(0))))
    assert len(shown) == len(set(shown.tolist())) == 20
    assert set(shown) <= set(rows)


def test_fewer_pictures_than_a_batch_make_one_batch() -> None:
    found = list(batches(np.arange(3), 8, np.random.default_rng(0)))
    assert [len(batch) for batch in found] == [3]


def test_smoothed_targets_add_up_to_one_and_keep_the_true_class_on_top() -> None:
    targets = one_hot(np.array([2, 0]), 4, 0.2)
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(targets[0], [0.05, 0.05, 0.85, 0.05], rtol=1e-6)
