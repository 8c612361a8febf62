# seed_results(<folder> <layers> <threshold> ...): results files as the original Python experiment
# wrote them, with 8 heads a layer: no manifest, no intervals.
function(seed_results folder layers)
  math(EXPR last_layer "${layers} - 1")
  foreach(threshold IN LISTS ARGN)
    set(all "")
    foreach(layer RANGE ${last_layer})
      set(rows "")
      foreach(i RANGE 7)
        set(row "")
        foreach(j RANGE 7)
          math(EXPR value "((${i} + 1) * (${j} + 1) * (${layer} + 3)) % 89 + 10")
          if(i EQUAL j)
            list(APPEND row "1.0")
          else()
            list(APPEND row "0.${value}")
          endif()
        endforeach()
        list(JOIN row ", " row)
        list(APPEND rows "[${row}]")
      endforeach()
      list(JOIN rows ", " rows)
      list(
        APPEND all
        "\"${layer}\": {\"num_pairs\": 1, \"pairs\": [[0, 3, 0.996]], \"similarity_matrix\": [${rows}]}"
      )
    endforeach()
    list(JOIN all ", " all)
    file(
      WRITE "${WORK_DIR}/${folder}/results_threshold_${threshold}.json"
      "{\"threshold\": ${threshold}, \"original_metrics\": {\"perplexity\": 6.1, \"accuracy\": 0.5}, \
\"merged_metrics\": {\"perplexity\": 6.4, \"accuracy\": 0.49}, \"total_merged_pairs\": ${layers}, \
\"layer_results\": {${all}}}"
    )
  endforeach()
endfunction()
