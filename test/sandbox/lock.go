package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// lock takes an exclusive lock on path and holds it until unlock is called or
// the process ends, however it ends. Tests and clones that start at once wait
// for each other here; waiting says what for.
func lock(ctx context.Context, path string, stderr io.Writer, waiting string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := await(ctx, file, stderr, waiting); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() { _ = file.Close() }, nil // nothing was written to it
}

// await returns when the lock is ours.
func await(ctx context.Context, file *os.File, stderr io.Writer, waiting string) error {
	if free, err := tryLock(file); free || err != nil {
		return err
	}
	stop := progress(stderr, waiting)
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		if free, err := tryLock(file); free || err != nil {
			return err
		}
	}
}

// tryLock reports whether the lock was free, and is ours now.
func tryLock(file *os.File) (bool, error) {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, syscall.EWOULDBLOCK), errors.Is(err, syscall.EINTR):
		return false, nil
	}
	return false, fmt.Errorf("lock %s: %w", file.Name(), err)
}
