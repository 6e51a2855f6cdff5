#!/bin/bash
# sweep.sh FILE...: checks the file of this task of an array; without SLURM, all files one after the other.
export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
options=(--activation tanh --quiet ${MAX_SECONDS:+--max-seconds "$MAX_SECONDS"})

task() { # number file
    exec rhochain check "$2" "${options[@]}" --checkpoint "$1.run" --json "$1.json"
}

files=("$@")
if [ -n "$SLURM_ARRAY_TASK_ID" ]; then
    task "$SLURM_ARRAY_TASK_ID" "${files[$SLURM_ARRAY_TASK_ID]}"
fi
worst=0
for number in "${!files[@]}"; do
    for ((try = 1; try <= ${TRIES:-100}; try++)); do
        (task "$number" "${files[$number]}")
        code=$?
        [ $code -eq 75 ] || break
    done
    ((code > worst)) && worst=$code
done
exit $worst
